#include "data/shards.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/file_identity.hpp"
#include "base/input_file.hpp"
#include "base/tar_header.hpp"
#include "data/classes.hpp"
#include "data/delimited.hpp"
#include "data/tar_stream.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

/// More than any class is called.
constexpr std::uint64_t kMostLabel = 1024;

/// Of what its name ends in.
bool is_called_picture(std::string_view name) {
  constexpr std::array<std::string_view, 13> kEnds{".png",  ".jpg",  ".jpeg", ".webp", ".tif",
                                                   ".tiff", ".bmp",  ".gif",  ".pgm",  ".ppm",
                                                   ".pnm",  ".heic", ".avif"};
  const std::string small = in_small_letters(name);
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return small.ends_with(end); });
}

/// A member's name in two: the key, and the rest with its dot.
std::pair<std::string, std::string> key_and_rest(const std::string& name) {
  const std::size_t folder = name.rfind('/');
  const std::size_t file = folder == std::string::npos ? 0 : folder + 1;
  const std::size_t dot = std::min(name.find('.', file), name.size());
  return {name.substr(0, dot), in_small_letters(name.substr(dot))};
}

std::string trimmed(std::string text) {
  // Some editors begin a file with a byte order mark.
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto is_blank = [](unsigned char c) { return std::isspace(c) != 0 || c == '\0'; };
  while (!text.empty() && is_blank(static_cast<unsigned char>(text.back()))) text.pop_back();
  const auto begin = std::ranges::find_if_not(text, is_blank);
  return {begin, text.end()};
}

/// What the archives hold, before the labels have numbers.
struct Found {
  Dataset set;
  std::vector<std::string> labels;
  std::size_t labels_alone = 0;  // without a picture
};

/// One archive, read from front to back.
class Shard {
 public:
  explicit Shard(const std::string& path)
      : file_(path), archive_([this](std::span<std::byte> out) { return read(out); }, path) {}

  /// Puts what it holds behind what was found in others.
  void add_to(Found& found) {
    while (const auto member = archive_.next()) see(*member, found.set.archives.size());
    file_.check_unchanged();
    found.set.archives.push_back({file_.path(), file_.stamp()});
    std::unordered_set<std::string_view> named;
    for (const Picture& picture : pictures_) {
      named.insert(picture.key);
      add(picture, found);
    }
    found.labels_alone += static_cast<std::size_t>(std::ranges::count_if(
        labels_, [&](const auto& label) { return !named.contains(label.first); }));
  }

 private:
  struct Picture {
    std::string key, name;
    Member place;
  };

  void add(const Picture& picture, Found& found) const {
    std::string name = file_.path() + "[" + picture.name + "]";
    const auto label = labels_.find(picture.key);
    if (label == labels_.end() || label->second.empty()) {
      found.set.unlabelled.push_back(name + ": has no label (.cls)");
      return;
    }
    found.set.files.push_back(std::move(name));
    found.set.members.push_back(picture.place);
    found.labels.push_back(label->second);
  }

  std::size_t read(std::span<std::byte> out) {
    const auto part = file_.bytes().subspan(at_);
    const std::size_t count = std::min(out.size(), part.size());
    if (count > 0) std::memcpy(out.data(), part.data(), count);
    file_.forget_pages(part.first(count));
    at_ += count;
    return count;
  }

  void see(const TarStream::Member& member, std::size_t archive) {
    auto [key, rest] = key_and_rest(member.name);
    if (key.empty() || key.ends_with('/')) return;  // Hidden.
    if (rest == ".cls") {
      labels_[std::move(key)] = label_of(member);
    } else if (is_called_picture(rest)) {
      pictures_.push_back({std::move(key), member.name, {archive, at_, member.size}});
    }
  }

  std::string label_of(const TarStream::Member& member) {
    if (member.size > kMostLabel) {
      throw Error(ErrorCode::kNotSupported,
                  file_.path() + "[" + member.name + "]: is too long for a label");
    }
    std::string text(static_cast<std::size_t>(member.size), '\0');
    for (auto out = std::as_writable_bytes(std::span(text)); !out.empty();) {
      out = out.subspan(archive_.read(out));
    }
    return trimmed(std::move(text));
  }

  InputFile file_;
  std::size_t at_ = 0;
  TarStream archive_;
  std::vector<Picture> pictures_;
  std::unordered_map<std::string, std::string> labels_;
};

/// A picture that is seen twice would count twice.
void refuse_twice(std::span<const std::string> paths) {
  std::map<FileIdentity, std::string> seen;
  for (const std::string& path : paths) {
    const auto identity = identify(path);
    if (!identity) continue;
    const auto [before, is_new] = seen.emplace(*identity, path);
    if (is_new) continue;
    throw Error(ErrorCode::kNotSupported,
                path + ": is named twice" +
                    (before->second == path ? "" : ", the first time as " + before->second));
  }
}

}  // namespace

bool is_shard(std::string_view begin) {
  return is_tar(as_byte_span(begin));
}

Dataset load_shards(std::span<const std::string> paths, std::span<const std::string> known) {
  refuse_twice(paths);
  Found found;
  for (const std::string& path : paths) Shard(path).add_to(found);
  const std::string name = paths.size() == 1 ? paths[0] : std::to_string(paths.size()) + " shards";
  if (found.labels.empty()) {
    throw Error(ErrorCode::kNotSupported,
                name +
                    ": has no picture with a label; WebDataset has it in a file of its own, "
                    "7.cls beside 7.png");
  }
  Dataset set = std::move(found.set);
  label(set, found.labels, known, name);
  if (found.labels_alone > 0) {
    set.notes.push_back(name + ": " + std::to_string(found.labels_alone) +
                        " of its labels (.cls) have no picture beside them");
  }
  set.name = set_name(name, Part::kWhole);
  return set;
}

std::vector<std::byte> member_bytes(const Dataset& set, std::size_t index) {
  const Member& member = set.members[index];
  const Archive& archive = set.archives[member.archive];
  return bytes_at(archive.path, member.offset, static_cast<std::size_t>(member.size),
                  archive.stamp);
}

}  // namespace mlpctl::data
