#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mlpctl::app {

/// What messages call it.
inline constexpr std::string_view kStandardInput = "standard input";

/// The bytes of an open file, a pipe as well, the first of which can be looked at before they are
/// taken.
class InputStream {
 public:
  /// Opens it, which of a named pipe waits for a writer. Throws Error where that fails.
  explicit InputStream(const std::string& path);
  InputStream(const InputStream&) = delete;
  InputStream& operator=(const InputStream&) = delete;
  virtual ~InputStream();

  /// What messages call it.
  const std::string& name() const { return name_; }
  /// The bytes that were read and not taken, after waiting for one more than `beyond` of them;
  /// fewer at the end of the input. They are valid until the next call. Throws Error when reading
  /// fails.
  std::string_view look(std::size_t beyond);
  /// The bytes that were read and not taken, without waiting for any.
  std::string_view there() const { return std::string_view(buffer_).substr(taken_); }
  /// Takes bytes: as many as there are at once, at least one, at most all of `out`; 0 at the end.
  std::size_t read(std::span<std::byte> out);
  /// Takes one; false at the end.
  bool get(char& byte);

 protected:
  /// Of a descriptor that stays open.
  InputStream(int fd, std::string name) : name_(std::move(name)), fd_(fd) {}

 private:
  bool read_more();

  std::string name_;
  int fd_;
  bool is_own_ = false;
  std::string buffer_;
  std::size_t taken_ = 0;
};

/// Standard input.
class StandardInput : public InputStream {
 public:
  StandardInput();
};

}  // namespace mlpctl::app
