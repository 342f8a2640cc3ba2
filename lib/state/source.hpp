#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/mapped_file.hpp"

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
  /// As MappedFile's.
  void expect_places(std::span<const std::uint64_t> places) const {
    if (file != nullptr) file->expect_places(places);
  }
  void expect_neighbours() const {
    if (file != nullptr) file->expect_neighbours();
  }
  [[noreturn]] void fail(const std::string& what) const { throw Error(path + ": " + what); }
};

}  // namespace mlpctl::state
