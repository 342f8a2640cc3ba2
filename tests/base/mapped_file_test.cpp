#include "base/mapped_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <cerrno>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "mlpctl/error.hpp"
#include "support/error_code.hpp"
#include "support/faulty_system.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::Message;
using mlpctl::ErrorCode;
using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;

namespace {

std::optional<ErrorCode> code_of(const std::string& path) {
  return mlpctl::tests::error_code([&] { const mlpctl::MappedFile file(path); });
}

}  // namespace

TEST_CASE("a mapped file shows its bytes, also after a move and after its removal") {
  const TempDir dir;
  dir.write("f", "abc");
  mlpctl::MappedFile first(dir / "f");
  const mlpctl::MappedFile second(std::move(first));
  dir.remove("f");
  REQUIRE(second.bytes().size() == 3);
  CHECK(second.bytes()[2] == std::byte{'c'});
  CHECK(first.bytes().empty());
}

TEST_CASE("an empty file maps to nothing; folders, devices and missing files are errors") {
  const TempDir dir;
  dir.write("empty", "");
  CHECK(mlpctl::MappedFile(dir / "empty").bytes().empty());
  CHECK(code_of(dir.path()) == ErrorCode::kNotSupported);
  CHECK(code_of("/dev/zero") == ErrorCode::kNotSupported);
  CHECK(code_of(dir / "none") == ErrorCode::kNotFound);
  CHECK(code_of(dir / "empty/below") == ErrorCode::kNotFound);
}

TEST_CASE("a file that cannot be opened or mapped is named with the system's words") {
  const TempDir dir;
  dir.write("f", "abc");
  for (const auto& [call, error, words] : {std::tuple{Call::kOpen, EMFILE, "Too many open files"},
                                           {Call::kOpen, EACCES, "Permission denied"},
                                           {Call::kMap, ENOMEM, "Cannot allocate memory"}}) {
    FaultySystem system;
    system.fail(call, 1, error);
    CHECK_THROWS_MATCHES(mlpctl::MappedFile(dir / "f"), mlpctl::Error,
                         Message(dir / "f" + ": " + words));
    system.fail(call, 1, error);
    CHECK(code_of(dir / "f") == ErrorCode::kIo);
    CHECK(mlpctl::MappedFile(dir / "f").bytes().size() == 3);
  }
}
