#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/mapped_file.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::state {

/// The bytes of a file and what keeps them alive.
struct Source {
  std::string path;
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  /// Set when the bytes are a mapped file, whose pages can be given back.
  const MappedFile* file = nullptr;

  /// Drops the pages read so far from this process's memory; they are read again when needed.
  void forget_pages() const {
    if (file != nullptr) file->forget_pages();
  }
  [[noreturn]] void fail(const std::string& what) const { throw Error(path + ": " + what); }
};

/// While one is there, headers are read that lie far apart in a large file: without what lies
/// between them, and without keeping in memory what was mapped around them.
class ScatteredReading {
 public:
  /// `count` headers will be read, at these places where they are known.
  ScatteredReading(const Source& source, std::size_t count,
                   std::span<const std::uint64_t> places = {})
      : source_(source) {
    constexpr std::size_t kFarApart = std::size_t{64} << 10U;
    if (source.file == nullptr || count == 0 || source.bytes.size() / count < kFarApart) return;
    source.file->expect_places(places);
    scattered_ = true;
  }
  ~ScatteredReading() {
    if (scattered_) source_.file->expect_neighbours();
  }
  ScatteredReading(const ScatteredReading&) = delete;
  ScatteredReading& operator=(const ScatteredReading&) = delete;

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
