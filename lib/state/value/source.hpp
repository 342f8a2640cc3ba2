#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/input_file.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/tensor.hpp"
#include "state/value/pieces.hpp"

namespace mlpctl::state {

/// The bytes of a file and what keeps them alive.
struct Source {
  std::string path;
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  /// Set when the bytes are a file's.
  const InputFile* file = nullptr;

  /// Drops the pages read so far from this process's memory; they are read again when needed.
  void forget_pages() const {
    if (file != nullptr) file->forget_pages();
  }
  void forget_pages(std::span<const std::byte> part) const {
    if (file != nullptr) file->forget_pages(part);
  }
  /// Has them there at once.
  void fetch_pages(std::span<const std::byte> part) const {
    if (file != nullptr) file->fetch_pages(part);
  }
  bool is_mapped() const { return file != nullptr && file->is_mapped(); }
  /// Throws Error when a large file was changed after it was opened.
  void check_unchanged() const {
    if (file != nullptr) file->check_unchanged();
  }
  /// The error about this file: its path, then what is wrong with it.
  Error error(ErrorCode code, const std::string& what) const { return {code, path + ": " + what}; }
};

/// A storage that lies plainly in the file. A legacy stream tells where only after the tensors that
/// view it, so the bytes can be set later; until then there are none.
class PlainStorage : public Storage {
 public:
  PlainStorage(const Source& source, std::span<const std::byte> bytes)
      : owner_(source.owner), file_(source.file), bytes_(bytes) {}

  void set(std::span<const std::byte> bytes) { bytes_ = bytes; }
  std::span<const std::byte> bytes() const override { return bytes_; }
  std::size_t size() const override { return bytes_.size(); }
  void read(std::size_t begin, std::size_t size, const Use& use) const override {
    for_each_piece(bytes_.subspan(begin, size), [&](std::size_t, std::span<const std::byte> piece) {
      if (file_ != nullptr) file_->fetch_pages(piece);
      use(piece);
      forget(piece);
    });
    check_unchanged();
  }
  void forget(std::span<const std::byte> part) const override {
    if (file_ != nullptr) file_->forget_pages(part);
  }
  bool is_mapped() const override { return file_ != nullptr && file_->is_mapped(); }
  void check_unchanged() const override {
    if (file_ != nullptr) file_->check_unchanged();
  }

 private:
  std::shared_ptr<const void> owner_;
  const InputFile* file_;
  std::span<const std::byte> bytes_;
};

/// While one is there, headers are read that lie far apart in a large file: without what lies
/// between them, and without keeping in memory what was mapped around them.
class ScatteredAccess {
 public:
  /// `count` headers will be read, at these places where they are known.
  ScatteredAccess(const Source& source, std::size_t count,
                  std::span<const std::uint64_t> places = {})
      : source_(source) {
    constexpr std::size_t kFarApart = std::size_t{64} << 10U;
    if (source.file == nullptr || count == 0 || source.bytes.size() / count < kFarApart) return;
    source.file->expect_places(places);
    scattered_ = true;
  }
  ~ScatteredAccess() {
    if (scattered_) source_.file->expect_neighbours();
  }
  ScatteredAccess(const ScatteredAccess&) = delete;
  ScatteredAccess& operator=(const ScatteredAccess&) = delete;

  /// All before this place has been read.
  void passed(std::uint64_t place) {
    constexpr std::uint64_t kBytesKept = std::uint64_t{16} << 20U;
    if (place - kept_from_ < kBytesKept) return;
    source_.forget_pages();
    kept_from_ = place;
  }

 private:
  const Source& source_;
  std::uint64_t kept_from_ = 0;
  bool scattered_ = false;
};

}  // namespace mlpctl::state
