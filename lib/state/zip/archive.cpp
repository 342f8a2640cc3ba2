#include "state/zip/archive.hpp"

#include <algorithm>

#include "state/value/pieces.hpp"
#include "state/zip/crc.hpp"
#include "state/zip/inflate.hpp"
#include "state/zip/local_header.hpp"

namespace mlpctl::state {
namespace {

/// Larger records leave memory behind the checksum, so that a file may be larger than memory.
constexpr std::size_t kChunk = std::size_t{16} << 20U, kKeptWhole = std::size_t{64} << 20U;

Error wrong_crc(const ZipRecord& record) {
  return damaged_zip("its record " + std::string(record.name) + " does not match its checksum");
}

}  // namespace

ZipArchive::ZipArchive(Source source, const ReadLimits& limits)
    : source_(std::move(source)),
      records_(read_zip_directory(source_, limits)),
      inflate_budget_(limits.inflated_bytes) {
  const std::string_view first = records_.front().name;
  top_ = first.substr(0, first.find('/') + 1);
  const auto outside = [&](const ZipRecord& record) { return !record.name.starts_with(top_); };
  if (first.ends_with(".npy")) {
    throw Error(ErrorCode::kNotSupported,
                "a NumPy .npz archive, not a state file: save its arrays with torch.save");
  }
  if (top_.empty() || std::ranges::any_of(records_, outside)) {
    throw Error(
        ErrorCode::kNotSupported,
        "a zip archive whose records do not lie in one folder: torch.save wrote no such file; "
        "unpack it if the state file is inside");
  }
  std::ranges::sort(records_, {}, &ZipRecord::name);
}

const ZipRecord* ZipArchive::find(std::string_view name) const {
  const std::string full = top_ + std::string(name);
  const auto found = std::ranges::lower_bound(records_, full, {}, &ZipRecord::name);
  return found != records_.end() && found->name == full ? &*found : nullptr;
}

bool ZipArchive::has_folder(std::string_view folder) const {
  const std::string prefix = top_ + std::string(folder) + "/";
  const auto found = std::ranges::lower_bound(records_, prefix, {}, &ZipRecord::name);
  return found != records_.end() && found->name.starts_with(prefix);
}

Payload ZipArchive::payload(const ZipRecord& record) const {
  const auto packed = source_.bytes.subspan(static_cast<std::size_t>(record.payload),
                                            static_cast<std::size_t>(record.packed));
  if (record.method == kStored) {
    check_crc(record, packed);
    return stored(record);
  }
  spend(record.size);
  const auto bytes = std::make_shared<const std::vector<std::byte>>(
      inflate_raw(packed, static_cast<std::size_t>(record.size)));
  check_crc(record, *bytes);
  return {*bytes, bytes};
}

Payload ZipArchive::stored(const ZipRecord& record) const {
  return {source_.bytes.subspan(static_cast<std::size_t>(record.payload),
                                static_cast<std::size_t>(record.packed)),
          source_.owner};
}

void ZipArchive::read_stored(const ZipRecord& record, std::size_t begin, std::size_t size,
                             const Storage::Use& use) const {
  const auto bytes = stored(record).bytes;
  const std::size_t end = begin + size;
  std::uint32_t crc = 0;
  for_each_piece(bytes, [&](std::size_t at, std::span<const std::byte> piece) {
    source_.fetch_pages(piece);
    if (record.crc != 0) crc = crc32(crc, piece);
    const std::size_t from = std::max(at, begin), to = std::min(at + piece.size(), end);
    if (from < to) use(bytes.subspan(from, to - from));
    source_.forget_pages(piece);
  });
  if (crc != record.crc) {
    const Error error = wrong_crc(record);
    throw source_.error(error.code(), error.what());
  }
}

std::string ZipArchive::text(std::string_view name, std::size_t limit) const {
  const ZipRecord* record = find(name);
  if (record == nullptr) return {};
  if (record->size > limit) throw damaged_zip("its record " + std::string(name) + " is too long");
  const Payload read = payload(*record);
  return {reinterpret_cast<const char*>(read.bytes.data()), read.bytes.size()};
}

void ZipArchive::check_crc(const ZipRecord& record, std::span<const std::byte> bytes) const {
  if (record.crc == 0) return;
  std::uint32_t crc = 0;
  for (std::size_t at = 0; at < bytes.size(); at += kChunk) {
    const auto part = bytes.subspan(at, std::min(kChunk, bytes.size() - at));
    crc = crc32(crc, part);
    if (bytes.size() > kKeptWhole) source_.forget_pages();
  }
  if (crc != record.crc) throw wrong_crc(record);
}

void ZipArchive::spend(std::uint64_t size) const {
  const std::lock_guard lock(mutex_);
  if (size > inflate_budget_) {
    throw Error(
        ErrorCode::kNotSupported,
        "its compressed records would become too large: save the file again with torch.save");
  }
  inflate_budget_ -= static_cast<std::size_t>(size);
}

// No std::call_once: where what it calls throws, the next call hangs under ThreadSanitizer.
std::span<const std::byte> ZipStorage::bytes() const {
  const std::lock_guard lock(mutex_);
  if (!payload_) {
    try {
      payload_ = archive_->payload(record_);
    } catch (const Error& error) {
      throw archive_->source().error(error.code(), error.what());
    }
  }
  return payload_->bytes;
}

// The checksum is computed of the pieces as they pass, so that a large file is read once.
void ZipStorage::read(std::size_t begin, std::size_t size, const Use& use) const {
  if (record_.method != kStored || is_checked()) return Storage::read(begin, size, use);
  archive_->read_stored(record_, begin, size, use);
  check_unchanged();
  const std::lock_guard lock(mutex_);
  payload_ = archive_->stored(record_);
}

bool ZipStorage::is_checked() const {
  const std::lock_guard lock(mutex_);
  return payload_.has_value();
}

}  // namespace mlpctl::state
