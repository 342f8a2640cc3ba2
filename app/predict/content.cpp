#include "predict/content.hpp"

#include "base/byte_reader.hpp"
#include "base/tar_header.hpp"
#include "data/gzip.hpp"
#include "data/idx.hpp"
#include "data/pixel_table.hpp"
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
  if (data::is_idx(bytes)) return Content::kDataSet;
  if (data::is_gzip(bytes)) return Content::kGzip;
  if (image::begins_a_picture(file)) return Content::kPicture;
  if (image::foreign_kind_of(file) != nullptr) return Content::kForeign;
  return data::is_pixel_table(head) ? Content::kTable : Content::kOther;
}

const image::ForeignKind* foreign_kind_of(std::string_view head) {
  return image::foreign_kind_of(image::ByteView(as_byte_span(head), kNoName));
}

}  // namespace mlpctl::app
