#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace mlpctl::state {

/// The bytes that files of a kind begin with which is no state file.
struct Signature {
  enum class Content {
    kPicture,
    /// Nothing in it is code.
    kInert,
    kOther,
  };

  std::size_t at;
  std::string_view bytes;
  /// With its article: "a PNG picture".
  std::string_view kind;
  /// What to do with it instead, as the rest of a sentence that begins with the kind; empty where
  /// the bytes are too few to be sure of the kind.
  std::string_view advice;
  Content content;
};

/// The signature that the bytes of a file begin with, or null.
const Signature* signature_of(std::span<const std::byte> bytes);

}  // namespace mlpctl::state
