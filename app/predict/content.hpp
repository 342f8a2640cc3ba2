#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "image/decode/foreign_file.hpp"

namespace mlpctl::app {

/// What a file or a stream holds, as its first bytes tell.
enum class Content {
  kEmpty,
  kPicture,  ///< of a format that is read
  kDataSet,  ///< an IDX file, an .npz archive or a table of pixels, plain or gzip
  kTar,
  kForeign,  ///< a kind that people hand over for a picture
  kOther,
};

/// How many bytes tell it.
inline constexpr std::size_t kTellingBytes = 512;

/// `head`: the first kTellingBytes or more, or all that there are.
Content content_of(std::string_view head);

/// The kind of foreign content, nullptr for other.
const image::ForeignKind* foreign_kind_of(std::string_view head);

}  // namespace mlpctl::app
