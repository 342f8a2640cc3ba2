#include "predict/folder_pictures.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/directory.hpp"
#include "base/input_file.hpp"
#include "base/natural_order.hpp"
#include "data/folder.hpp"
#include "data/set_file.hpp"
#include "image/decode/codec.hpp"
#include "mlpctl/error.hpp"
#include "predict/content.hpp"

namespace mlpctl::app {
namespace {

/// What an entry that is no file counts as among what is left out.
std::pair<std::string_view, std::string_view> why_left_out(DirectoryEntry::Kind kind) {
  using Kind = DirectoryEntry::Kind;
  switch (kind) {
    case Kind::kDangling:
      return {"link to nothing", "mend the link"};
    case Kind::kLinkedFolder:
      return {"link to a folder", "give the folder by its name"};
    case Kind::kClosed:
      return {"folder that may not be read", "change its permissions"};
    default:
      return {"pipe, socket or device", "`-` reads a pipe that is standard input"};
  }
}

/// The files that are seen; what else is there goes into left_out.
std::vector<std::string> visible_files(const std::string& folder, LeftOut& left_out) {
  std::vector<std::string> found;
  for (DirectoryEntry& entry : entries_below(folder, data::is_hidden)) {
    if (entry.kind == DirectoryEntry::Kind::kFile) {
      found.push_back(std::move(entry.path));
    } else {
      const auto [kind, remedy] = why_left_out(entry.kind);
      left_out.add(kind, remedy, entry.path);
    }
  }
  // Numbers with noughts before them are in order as they come.
  if (!std::ranges::is_sorted(found, naturally_before)) std::ranges::sort(found, naturally_before);
  return found;
}

/// Whether it is a file of a data set, as far as is known one with pictures.
bool holds_images(Content content, std::string_view head) {
  return content == Content::kDataSet && data::set_kind_of(head) != data::SetKind::kIdxLabels;
}

}  // namespace

FolderPictures::FolderPictures(std::string folder, LeftOut& left_out)
    : folder_(std::move(folder)), left_out_(left_out), files_(visible_files(folder_, of_folder_)) {}

/// Whether the file is a picture, or says by its name that it is one and has to be told that it is
/// none.
bool FolderPictures::is_wanted(const std::string& path) {
  if (image::has_picture_suffix(path)) return true;
  std::string head;
  try {
    head = first_bytes_of(path, kTellingBytes);
  } catch (const Error&) {
    of_folder_.add("cannot be read", "", path);
    return false;
  }
  const Content content = content_of(head);
  if (content == Content::kPicture) return true;
  of_folder_.add(head, path);
  if (data_set_.empty() && holds_images(content, head)) data_set_ = path;
  return false;
}

void FolderPictures::end() {
  if (!is_empty_ || data_set_.empty()) left_out_.add(std::exchange(of_folder_, {}));
  if (!is_empty_) return;
  is_empty_ = false;
  const std::string hint =
      data_set_.empty() ? "" : ", but a data set; give its file of images: " + data_set_;
  throw Error(ErrorCode::kNotFound, folder_ + ": holds no pictures" + hint);
}

bool FolderPictures::is_ready() const {
  return next_ < files_.size() && image::has_picture_suffix(files_[next_]);
}

std::optional<PredictInput> FolderPictures::next() {
  while (next_ < files_.size()) {
    std::string& path = files_[next_++];
    if (!is_wanted(path)) continue;
    is_empty_ = false;
    return PredictInput{.file = std::move(path)};
  }
  end();
  return std::nullopt;
}

}  // namespace mlpctl::app
