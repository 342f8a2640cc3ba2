#include "data/set_file.hpp"

#include <memory>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/input_file.hpp"
#include "data/gzip.hpp"
#include "data/idx.hpp"
#include "data/idx_folder.hpp"
#include "data/npz.hpp"
#include "data/pixel_table.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

constexpr std::size_t kTellingBegin = 512;

[[noreturn]] void refuse_file(const std::string& name) {
  throw Error(ErrorCode::kNotSupported,
              name +
                  ": holds no pictures of a data set: no IDX file, .npz archive or table of "
                  "pixels");
}

/// A set of MNIST's family whose name is not known.
Dataset without_name(Dataset set, const std::string& name) {
  set.notes.push_back(name +
                      ": its pictures are taken as they lie; EMNIST's, which are stored "
                      "transposed, are turned upright "
                      "where a file's name begins with emnist-");
  return set;
}

}  // namespace

SetKind set_kind_of(std::string_view begin) {
  constexpr std::size_t kRank = 3;
  constexpr char kImageRank = 3;
  const std::string head = unpacked_begin(begin, kTellingBegin);
  if (is_idx(as_byte_span(head))) {
    return head[kRank] == kImageRank ? SetKind::kIdxImages : SetKind::kIdxLabels;
  }
  if (is_npz(head)) return SetKind::kNpz;
  return is_pixel_table(head) ? SetKind::kTable : SetKind::kNone;
}

Dataset load_pictures(const std::string& path) {
  switch (set_kind_of(first_bytes_of(path, kTellingBegin))) {
    case SetKind::kIdxImages:
    case SetKind::kIdxLabels:
      if (is_idx_set(path)) (void)find_idx_set(path);  // Refuses those of more than ten classes.
      return idx_pictures(std::make_shared<const IdxFile>(path));
    case SetKind::kNpz:
      return NpzFile(path).pictures();
    case SetKind::kTable:
      return load_pixel_table(path);
    case SetKind::kNone:
      break;
  }
  refuse_file(path);
}

Dataset pictures_in(std::vector<std::byte> bytes, const std::string& name) {
  switch (set_kind_of(as_text(bytes))) {
    case SetKind::kIdxImages:
    case SetKind::kIdxLabels:
      return without_name(idx_pictures(std::make_shared<const IdxFile>(std::move(bytes), name)),
                          name);
    case SetKind::kNpz:
      return NpzFile(bytes, name).pictures();
    case SetKind::kTable:
      if (is_gzip(bytes)) bytes = gunzip_text(bytes, name);
      return without_name(parse_pixel_table(bytes, name), name);
    case SetKind::kNone:
      break;
  }
  refuse_file(name);
}

}  // namespace mlpctl::data
