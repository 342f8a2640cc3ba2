#include "data/tar_stream.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_reader.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

/// A member as POSIX writes it.
std::string member(const std::string& name, const std::string& content, char type = '0') {
  std::string header(kTarBlock, '\0');
  header.replace(0, name.size(), name);
  char octal[13];
  std::snprintf(octal, sizeof octal, "%011zo", content.size());
  header.replace(124, 11, octal);
  header[156] = type;
  header.replace(257, 8,
                 std::string("ustar\0"
                             "00",
                             8));
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(octal, sizeof octal, "%06o", sum);
  header.replace(148, 7, std::string(octal, 7));
  std::string filled = content;
  filled.resize(in_tar_blocks(content.size()), '\0');
  return header + filled;
}

const std::string kEnd(2 * kTarBlock, '\0');

/// Gives at most `step` bytes at a time, as a pipe may.
data::ByteSource source_of(const std::string& bytes, std::size_t step) {
  return [&bytes, step, at = std::size_t{0}](std::span<std::byte> out) mutable {
    const std::size_t count = std::min({step, out.size(), bytes.size() - at});
    if (count > 0) std::memcpy(out.data(), bytes.data() + at, count);
    at += count;
    return count;
  };
}

using Files = std::vector<std::pair<std::string, std::string>>;

Files files_in(const std::string& bytes, std::size_t step = 100) {
  data::TarStream archive(source_of(bytes, step), "a.tar");
  Files files;
  while (const auto next = archive.next()) {
    std::string content(static_cast<std::size_t>(next->size), '\0');
    std::size_t done = 0;
    while (done < content.size()) {
      done += archive.read(std::as_writable_bytes(std::span(content)).subspan(done));
    }
    CHECK(archive.read(std::as_writable_bytes(std::span(content))) == 0);
    files.emplace_back(next->name, content);
  }
  CHECK_FALSE(archive.next());
  return files;
}

}  // namespace

TEST_CASE("the files of a tar archive come in its order, whatever the pieces in which it comes") {
  const std::string bytes = member("d/", "", '5') + member("d/a", "hello") + member("b", "") +
                            member("link", "", '2') + member("c", std::string(1500, 'x')) + kEnd;
  const Files expected{{"d/a", "hello"}, {"b", ""}, {"c", std::string(1500, 'x')}};
  for (const std::size_t step : {1, 7, 512, 100'000}) CHECK(files_in(bytes, step) == expected);
  CHECK(files_in(bytes + bytes).size() == 6);
}

TEST_CASE("a file that is not read is passed over") {
  const std::string bytes = member("a", std::string(70'000, 'x')) + member("b", "yes") + kEnd;
  data::TarStream archive(source_of(bytes, 1000), "a.tar");
  REQUIRE(archive.next()->size == 70'000);
  std::vector<std::byte> some(10);
  CHECK(archive.read(some) == 10);
  CHECK(archive.next()->name == "b");
}

TEST_CASE("long and other names are read as POSIX and GNU write them") {
  const std::string name(300, 'n');
  const Files expected{{name, "hello"}, {"b", ""}};
  CHECK(files_in(member("x", "310 path=" + name + "\n", 'x') + member("cut", "hello") +
                 member("b", "") + kEnd) == expected);
  CHECK(files_in(member("././@LongLink", name + std::string(1, '\0'), 'L') +
                 member("cut", "hello") + member("b", "") + kEnd) == expected);
}

TEST_CASE("an archive that is cut off or damaged is an error after what came before") {
  const std::string whole = member("a", "hello") + member("b", std::string(600, 'x'));
  const auto last = [&](const std::string& bytes, const std::string& sentence) {
    data::TarStream archive(source_of(bytes, 512), "a.tar");
    CHECK(archive.next()->name == "a");
    const auto rest = [&] {
      while (archive.next()) {
      }
    };
    CHECK_THROWS_MATCHES(rest(), Error, MessageMatches(ContainsSubstring(sentence)));
    CHECK_FALSE(archive.next());
  };
  last(whole, "its end mark is not there");
  last(whole.substr(0, 1400), "cut off");
  last(whole.substr(0, 1700), "cut off in a file");
  std::string damaged = whole + kEnd;
  damaged[1024] = 'c';
  last(damaged, "damaged");
  last(member("a", "") + member("x", "9999999999 path=a\n", 'x') + kEnd, "pax");
  last(member("a", "") + member("x", "12 size=1x2\n", 'x') + kEnd, "pax");
  last(member("a", "") + member("x", std::string(100'000, 'n'), 'L') + kEnd, "name without end");
  last(member("a", "") + member("b", "", 'S') + kEnd, "sparse");
}
