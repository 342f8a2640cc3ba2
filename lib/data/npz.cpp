#include "data/npz.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "data/npy.hpp"
#include "mlpctl/error.hpp"
#include "state/zip/crc.hpp"
#include "state/zip/directory.hpp"
#include "state/zip/inflate.hpp"

namespace mlpctl::data {
namespace {

/// What a part's arrays are called.
struct ArrayNames {
  std::string_view images, labels;
};

constexpr ArrayNames kTrainNames[] = {{"x_train", "y_train"}, {"train_images", "train_labels"}};
constexpr ArrayNames kTestNames[] = {{"x_test", "y_test"}, {"test_images", "test_labels"}};
constexpr ArrayNames kWholeNames[] = {{"x", "y"}, {"images", "labels"}, {"data", "target"}};

std::span<const ArrayNames> array_names(Part part) {
  if (part == Part::kTrain) return kTrainNames;
  return part == Part::kTest ? std::span<const ArrayNames>(kTestNames) : kWholeNames;
}

// A data set packs to a tenth or so, and empty pictures to a thousandth; a small file may hold
// those.
constexpr std::size_t kMostRatio = 24, kAlwaysInflated = 64 << 20;

bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
}

/// Sets rows and columns by the array's shape, whose first dimension counts.
void take_shape(Dataset& set, std::vector<std::int64_t> shape, const std::string& name) {
  if (shape.size() == 4 && shape[1] == 1) shape.erase(shape.begin() + 1);
  if (shape.size() == 4 && shape[3] == 1) shape.pop_back();
  if (shape.size() == 2) {
    const auto side = std::llround(std::sqrt(static_cast<double>(shape[1])));
    if (side * side == shape[1]) shape = {shape[0], side, side};
  }
  if (shape.size() != 3 || shape[1] == 0 || shape[2] == 0) {
    throw Error(ErrorCode::kNotSupported,
                name + ": holds no grey pictures: its shape is not N x rows x columns");
  }
  set.rows = shape[1];
  set.columns = shape[2];
}

}  // namespace

struct NpzFile::Archive {
  explicit Archive(const std::string& path) : name(path), file(path) { read(file->bytes()); }
  Archive(std::span<const std::byte> bytes, const std::string& path) : name(path) { read(bytes); }

  void read(std::span<const std::byte> bytes) {
    source.path = name;
    source.bytes = bytes;
    if (file) source.file = &*file;
    try {
      records = state::read_zip_directory(source, state::ReadLimits());
    } catch (const Error& error) {
      throw Error(error.code(), name + ": " + error.what());
    }
  }

  const state::ZipRecord* find(std::string_view key) const {
    const auto found = std::ranges::find_if(records, [&](const state::ZipRecord& record) {
      return record.name.ends_with(".npy") &&
             is_same_name(record.name.substr(0, record.name.size() - 4), key);
    });
    return found == records.end() ? nullptr : &*found;
  }

  /// The record's bytes, checked; `unpacked` keeps those that were packed.
  std::span<const std::byte> bytes_of(const state::ZipRecord& record,
                                      std::vector<std::byte>& unpacked) const {
    const auto packed = source.bytes.subspan(static_cast<std::size_t>(record.payload),
                                             static_cast<std::size_t>(record.packed));
    std::span<const std::byte> bytes = packed;
    if (record.method == state::kDeflated) {
      if (record.size > kAlwaysInflated && record.size / kMostRatio > record.packed) {
        throw Error(ErrorCode::kNotSupported, name + ": " + std::string(record.name) +
                                                  " unpacks to more than " +
                                                  std::to_string(kMostRatio) +
                                                  " times its packed bytes; save it with "
                                                  "numpy.savez, which does not pack");
      }
      try {
        unpacked = state::inflate_raw(packed, static_cast<std::size_t>(record.size));
      } catch (const Error& error) {
        throw Error(error.code(), name + ": " + std::string(record.name) + ": " + error.what());
      }
      bytes = unpacked;
    }
    if (state::crc32(0, bytes) == record.crc) return bytes;
    throw Error(ErrorCode::kCorruption, name + ": " + std::string(record.name) +
                                            " does not match its checksum; download it again");
  }

  /// The array with the pictures. Throws Error where it cannot be told.
  const state::ZipRecord* find_pictures() const;

  std::string called(const state::ZipRecord& record) const {
    return name + ": " + std::string(record.name.substr(0, record.name.rfind(".npy")));
  }

  void read_pictures(Dataset& set, const state::ZipRecord& record) const {
    std::vector<std::byte> unpacked;
    const NpyArray pictures = parse_npy(bytes_of(record, unpacked), called(record));
    take_shape(set, pictures.shape, called(record));
    set.hold_images(to_pixels(pictures, called(record)));
  }

  std::vector<std::uint8_t> read_labels(const state::ZipRecord& record) const {
    std::vector<std::byte> unpacked;
    return to_labels(parse_npy(bytes_of(record, unpacked), called(record)), called(record));
  }

  /// What it holds, for an error.
  std::string contents() const {
    constexpr std::size_t kMostShown = 200;
    std::string held;
    for (const state::ZipRecord& record : records) {
      if (held.size() < kMostShown) held += (held.empty() ? "" : ", ") + std::string(record.name);
    }
    return held;
  }

  std::string name;
  std::optional<InputFile> file;
  state::Source source;
  std::vector<state::ZipRecord> records;
};

bool is_npz(std::string_view begin) {
  constexpr std::size_t kNameSize = 26, kName = 30;
  if (!begin.starts_with("PK\x03\x04") || begin.size() < kName) return false;
  const auto size = static_cast<std::size_t>(static_cast<unsigned char>(begin[kNameSize])) |
                    static_cast<std::size_t>(static_cast<unsigned char>(begin[kNameSize + 1])) << 8;
  return begin.substr(kName, size).ends_with(".npy");
}

NpzFile::NpzFile(const std::string& path) : archive_(std::make_unique<Archive>(path)) {}
NpzFile::NpzFile(std::span<const std::byte> bytes, const std::string& name)
    : archive_(std::make_unique<Archive>(bytes, name)) {}
NpzFile::~NpzFile() = default;

bool NpzFile::has(Part part) const {
  return std::ranges::any_of(array_names(part), [&](const ArrayNames& names) {
    return archive_->find(names.images) != nullptr && archive_->find(names.labels) != nullptr;
  });
}

Dataset NpzFile::load(Part part) const {
  for (const ArrayNames& names : array_names(part)) {
    const auto *images = archive_->find(names.images), *labels = archive_->find(names.labels);
    if (images == nullptr || labels == nullptr) continue;
    Dataset set;
    set.name = set_name(archive_->name, part);
    archive_->read_pictures(set, *images);
    set.hold_labels(archive_->read_labels(*labels));
    archive_->source.check_unchanged();
    check_labels(set, archive_->called(*labels));
    return set;
  }
  throw Error(ErrorCode::kNotSupported, archive_->name + ": has no arrays " +
                                            std::string(array_names(part)[0].images) + " and " +
                                            std::string(array_names(part)[0].labels) +
                                            "; it holds " + archive_->contents());
}

const state::ZipRecord* NpzFile::Archive::find_pictures() const {
  if (records.size() == 1) return &records[0];
  for (const Part part : {Part::kTest, Part::kWhole, Part::kTrain}) {
    for (const ArrayNames& names : array_names(part)) {
      if (const state::ZipRecord* images = find(names.images)) return images;
    }
  }
  throw Error(ErrorCode::kNotSupported, name + ": has no array x_test, x or x_train of pictures; " +
                                            "it holds " + contents());
}

Dataset NpzFile::pictures() const {
  const state::ZipRecord* const images = archive_->find_pictures();
  Dataset set;
  set.name = set_name(archive_->name, Part::kWhole);
  archive_->read_pictures(set, *images);
  archive_->source.check_unchanged();
  if (set.images.empty()) {
    throw Error(ErrorCode::kCorruption, archive_->called(*images) + ": holds no images");
  }
  if (archive_->records.size() > 1) {
    set.notes.push_back(archive_->called(*images) + " is taken; it holds " + archive_->contents());
  }
  return set;
}

std::vector<std::uint8_t> NpzFile::only_labels() const {
  if (archive_->records.size() != 1) {
    throw Error(ErrorCode::kNotSupported,
                archive_->name + ": holds not one array of labels, but " + archive_->contents());
  }
  std::vector<std::uint8_t> labels = archive_->read_labels(archive_->records[0]);
  archive_->source.check_unchanged();
  return labels;
}

}  // namespace mlpctl::data
