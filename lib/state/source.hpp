#pragma once

#include <cstddef>
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
  [[noreturn]] void fail(const std::string& what) const { throw Error(path + ": " + what); }
};

}  // namespace mlpctl::state
