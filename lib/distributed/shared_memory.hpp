#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "distributed/address.hpp"

namespace mlpctl::distributed {

/// Memory that one process makes and others of the same machine open, to write and to read.
class SharedMemory {
 public:
  /// All zero; missing where the system gives none.
  static std::optional<SharedMemory> make(std::size_t size);
  /// What another process made; missing where it runs on another machine, in a container of its own
  /// or for another user.
  static std::optional<SharedMemory> open(const std::string& address);

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) = delete;
  ~SharedMemory();

  /// By which others open it: a word without meaning to them.
  const std::string& address() const { return address_; }
  std::size_t size() const;
  std::byte* data() const;
  /// Whether the process that made it has ended.
  bool maker_ended() const;

 private:
  SharedMemory() = default;

  std::string address_;
  Socket file_, maker_;
  std::byte* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
};

}  // namespace mlpctl::distributed
