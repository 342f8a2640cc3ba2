#pragma once

#include <bit>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlpctl/state/tensor.hpp"
#include "state/zip/directory.hpp"

namespace mlpctl::state {

/// The bytes of one record and what keeps them alive.
struct Payload {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

/// A zip archive of one top folder, as torch writes it. Nothing is ever extracted to disk.
class ZipArchive {
 public:
  /// Throws CutOff or Error.
  ZipArchive(Source source, const ReadLimits& limits);

  /// The record top/name, or null.
  const ZipRecord* find(std::string_view name) const;
  /// Whether a record lies below top/folder.
  bool has_folder(std::string_view folder) const;
  /// The record's bytes: inflated when deflated, checked against its CRC unless that is 0.
  Payload payload(const ZipRecord& record) const;
  /// The bytes of a stored record as they are, unchecked.
  Payload stored(const ZipRecord& record) const;
  /// Gives a part of a stored record to `use`, piece by piece, and checks the whole on the way.
  /// Throws Error, with the file's name, when it does not match its checksum.
  void read_stored(const ZipRecord& record, std::size_t begin, std::size_t size,
                   const Storage::Use& use) const;
  /// The whole of a small record; empty when there is none. Throws Error beyond `limit` bytes.
  std::string text(std::string_view name, std::size_t limit) const;

  const Source& source() const { return source_; }

 private:
  void check_crc(const ZipRecord& record, std::span<const std::byte> bytes) const;
  void spend(std::uint64_t size) const;

  Source source_;
  std::vector<ZipRecord> records_;  ///< Sorted by name.
  std::string top_;
  mutable std::mutex mutex_;
  mutable std::size_t inflate_budget_;
};

/// A storage that is a record of an archive.
class ZipStorage : public Storage {
 public:
  ZipStorage(std::shared_ptr<const ZipArchive> archive, const ZipRecord& record, std::endian order)
      : archive_(std::move(archive)), record_(record), order_(order) {}

  std::span<const std::byte> bytes() const override;
  std::size_t size() const override { return static_cast<std::size_t>(record_.size); }
  void read(std::size_t begin, std::size_t size, const Use& use) const override;
  void forget(std::span<const std::byte> part) const override {
    archive_->source().forget_pages(part);
  }
  bool is_mapped() const override { return archive_->source().is_mapped(); }
  void check_unchanged() const override { archive_->source().check_unchanged(); }
  std::endian byte_order() const override { return order_; }

 private:
  bool is_checked() const;

  std::shared_ptr<const ZipArchive> archive_;
  const ZipRecord& record_;
  std::endian order_;
  mutable std::mutex mutex_;
  mutable std::optional<Payload> payload_;  // once its checksum was found right
};

}  // namespace mlpctl::state
