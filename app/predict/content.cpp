#include "predict/content.hpp"

#include "base/byte_reader.hpp"
#include "base/tar_header.hpp"
#include "data/set_file.hpp"
#include "image/decode/codec.hpp"

namespace mlpctl::app {
namespace {

/// Nothing that looks at the first bytes alone fails, so that no name is needed.
const std::string kNoName;

}  // namespace

Content content_of(std::string_view head) {
  const auto bytes = as_byte_span(head);
  const image::ByteView file(bytes, kNoName);
  if (head.empty()) return Content::kEmpty;
  if (is_tar(bytes)) return Content::kTar;
  if (image::begins_a_picture(file)) return Content::kPicture;
  if (data::set_kind_of(head) != data::SetKind::kNone) return Content::kDataSet;
  return image::foreign_kind_of(file) != nullptr ? Content::kForeign : Content::kOther;
}

const image::ForeignKind* foreign_kind_of(std::string_view head) {
  return image::foreign_kind_of(image::ByteView(as_byte_span(head), kNoName));
}

}  // namespace mlpctl::app
