#include "data/idx.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cerrno>

#include "mlpctl/error.hpp"
#include "support/error_code.hpp"
#include "support/faulty_system.hpp"
#include "support/idx.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::data::IdxFile;
using mlpctl::tests::Call;
using mlpctl::tests::error_code;
using mlpctl::tests::FaultySystem;

namespace {

void check_refused(const std::string& content, const std::string& sentence,
                   ErrorCode code = ErrorCode::kCorruption) {
  const TempDir dir;
  dir.write("f", content);
  CHECK_THROWS_MATCHES(IdxFile(dir / "f"), mlpctl::Error,
                       MessageMatches(ContainsSubstring(dir / "f") && ContainsSubstring(sentence)));
  CHECK(error_code([&] { const IdxFile file(dir / "f"); }) == code);
}

}  // namespace

TEST_CASE("an IDX file gives its sizes and values, plain and as gzip") {
  const TempDir dir;
  const std::string text = idx_text({2, 1, 3}, "abcdef");
  dir.write("plain", text);
  dir.write("packed", gzip_text(text));
  for (const char* name : {"plain", "packed"}) {
    const IdxFile file(dir / name);
    CHECK(file.sizes() == std::vector<std::int64_t>{2, 1, 3});
    REQUIRE(file.values().size() == 6);
    CHECK(file.values()[5] == 'f');
  }
}

TEST_CASE("an IDX file without values is read") {
  const TempDir dir;
  dir.write("f", idx_text({0}, ""));
  CHECK(IdxFile(dir / "f").values().empty());
}

TEST_CASE("each kind of damage of an IDX file has its own sentence") {
  check_refused("", "is empty");
  check_refused("\x89PNG\r\n", "begins with 89 50 4e 47 instead of 00 00 08");
  check_refused(std::string("\0\0\x0D\1", 4), "another type", ErrorCode::kNotSupported);
  check_refused(std::string("\0\0\x08\4", 4), "has 4 dimensions", ErrorCode::kNotSupported);
  check_refused(std::string("\0\0\x08\3\0\0", 6), "ends within its IDX header");
  check_refused(idx_text({2, 2}, "abc"), "declares 2x2 = 4 values and 3 are there");
  check_refused(idx_text({2, 2}, "abcde"), "has 1 bytes after the last value");
  check_refused(idx_text({~0U, ~0U, ~0U}, "a"), "impossible size");
}

TEST_CASE("each kind of damage of a gzip file has its own sentence") {
  const std::string good = gzip_text(idx_text({4}, "abcd"));
  for (const std::size_t kept :
       {std::size_t{2}, std::size_t{12}, good.size() - 9, good.size() - 1}) {
    check_refused(good.substr(0, kept), "cut off");
  }
  std::string flipped = good;
  flipped[good.size() - 7] ^= 1;
  check_refused(flipped, "damaged");
  check_refused(good + "x", "after the end of its gzip data");
  check_refused(gzip_text(idx_text({4}, "abc")), "is too short");
  check_refused(gzip_text(idx_text({4}, "abcde")), "after the last value");
}

TEST_CASE("an IDX file that the system does not give is an error of the system") {
  const TempDir dir;
  dir.write("f", idx_text({4}, "abcd"));
  for (const auto& [call, error] : {std::pair{Call::kOpen, EACCES}, {Call::kAllocate, ENOMEM}}) {
    FaultySystem system;
    system.fail(call, 1, error);
    CHECK(error_code([&] { const IdxFile file(dir / "f"); }) == ErrorCode::kIo);
    CHECK(IdxFile(dir / "f").values().size() == 4);
  }
  CHECK(error_code([&] { const IdxFile file(dir / "none"); }) == ErrorCode::kNotFound);
}

TEST_CASE("a gzip file that declares more than it can hold is refused before memory is taken") {
  check_refused(gzip_text(idx_text({1U << 31, 1U << 20}, "a")), "compressed bytes can hold");
}

TEST_CASE(
    "a gzip file that would fill memory from next to nothing is refused before it is unpacked") {
  // 128 million black pixels.
  check_refused(gzip_text(idx_text({128, 1000, 1000}, std::string(128'000'000, '\0'))),
                "unpacks to 128x1000x1000 values", ErrorCode::kNotSupported);
}

TEST_CASE("labels of 32 bits become bytes, and what is no label stays none") {
  const auto integers = [](std::initializer_list<std::uint32_t> sizes, const std::string& values) {
    std::string text = idx_text(sizes, values);
    text[2] = '\x0C';
    return text;
  };
  const TempDir dir;
  dir.write("one", integers({3}, std::string("\0\0\0\1\0\0\0\2\xFF\xFF\xFF\xFF", 12)));
  const IdxFile one(dir / "one");
  CHECK(one.sizes() == std::vector<std::int64_t>{3});
  CHECK(std::vector<int>(one.values().begin(), one.values().end()) == std::vector<int>{1, 2, 255});
  check_refused(integers({2}, "abcd"), "is too short");
  check_refused(integers({1}, "abcde"), "has 1 bytes after");
  check_refused(integers({1, 0}, ""), "holds no labels", ErrorCode::kNotSupported);
  check_refused(integers({1, 1, 1}, "abcd"), "holds no labels", ErrorCode::kNotSupported);
  check_refused(integers({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, ""), "impossible size");
}
