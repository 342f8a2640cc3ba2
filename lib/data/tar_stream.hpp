#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/tar_header.hpp"

namespace mlpctl::data {

/// Gives bytes from front to back: as many as there are at once, at most all of `out`; 0 at the
/// end.
using ByteSource = std::function<std::size_t(std::span<std::byte> out)>;

/// The files of a tar archive one after the other as they come, so that an archive of any size
/// takes the memory of what is read of it. Names may be long or in other alphabets, as POSIX (pax)
/// and GNU tar write them.
class TarStream {
 public:
  /// A regular file in the archive.
  struct Member {
    std::string name;
    std::uint64_t size = 0;
  };

  /// `name` is what errors call the archive.
  TarStream(ByteSource source, std::string name);

  /// The next file, past what is left of the one before; folders and links are passed over. Nothing
  /// at the end. Throws Error where the archive is cut off or damaged, and then has no more.
  std::optional<Member> next();
  /// The next bytes of the file, 0 at its end. Throws Error as next() does.
  std::size_t read(std::span<std::byte> out);

 private:
  /// What POSIX or GNU write before a header instead of what does not fit in it.
  struct Extension {
    std::string name;
    std::optional<std::uint64_t> size;
  };

  std::optional<TarHeader> next_header();
  Member as_extended(const TarHeader& header, const Extension& extension);
  std::string extension_text(const TarHeader& header);
  void read_pax(const std::string& records, Extension& extension);
  /// Fills all of out, or as much as there is.
  std::size_t fill(std::span<std::byte> out);
  void skip(std::uint64_t bytes);
  void pass_member();
  [[noreturn]] void fail(const std::string& sentence);

  ByteSource source_;
  std::string name_;
  std::uint64_t left_ = 0;     // of the member's bytes
  std::uint64_t padding_ = 0;  // after them
  bool ended_ = false;
};

}  // namespace mlpctl::data
