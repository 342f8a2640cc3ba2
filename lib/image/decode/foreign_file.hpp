#pragma once

#include <string>
#include <string_view>

#include "image/decode/byte_view.hpp"

namespace mlpctl::image {

/// A kind of file that people hand over for a picture and that is not read.
struct ForeignKind {
  std::string_view article, name;  ///< "a", "PDF"
  /// What makes a picture of it that is read, or gets it read; empty for what holds none.
  std::string_view remedy;

  /// "is a PDF, which is not read; ..."
  std::string sentence() const;
};

/// The kind of the file, known by its first bytes, of which there should be 512 or all; nullptr for
/// others.
const ForeignKind* foreign_kind_of(const ByteView& file);

/// Whether the file, a TIFF by its signature, is a camera's: its first picture is a small copy, and
/// the photograph lies below it as the sensor saw it.
bool is_raw_tiff(const ByteView& file);

}  // namespace mlpctl::image
