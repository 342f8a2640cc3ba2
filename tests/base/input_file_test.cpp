#include "base/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#include "base/guarded_mapping.hpp"
#include "mlpctl/error.hpp"
#include "support/error_code.hpp"
#include "support/faulty_system.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::Message;
using mlpctl::ErrorCode;
using mlpctl::InputFile;
using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;

namespace {

constexpr auto kLarge = static_cast<std::size_t>(InputFile::kReadWhole);

std::optional<ErrorCode> code_of(const std::string& path) {
  return mlpctl::tests::error_code([&] { const InputFile file(path); });
}

std::string text_of(const InputFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

/// A file that takes no place on the disk.
void make_large(const std::string& path) {
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY, 0600);
  REQUIRE(ftruncate(fd, static_cast<off_t>(kLarge)) == 0);
  const timespec long_ago[2] = {{1'000'000, 0}, {1'000'000, 0}};
  futimens(fd, long_ago);
  close(fd);
}

/// Writes into the file as it is, in the middle, and sets its times back.
void write_within(const std::string& path, off_t place, const std::string& text) {
  struct stat before {};
  REQUIRE(stat(path.c_str(), &before) == 0);
  const int fd = open(path.c_str(), O_WRONLY);
  REQUIRE(pwrite(fd, text.data(), text.size(), place) == static_cast<ssize_t>(text.size()));
  const timespec times[2] = {before.st_atim, before.st_mtim};
  futimens(fd, times);
  close(fd);
}

/// Runs the action at the first read of a file.
class AtFirstRead : public mlpctl::SystemCalls {
 public:
  explicit AtFirstRead(std::function<void()> action)
      : before_(mlpctl::replace_system_calls(this)), action_(std::move(action)) {}
  ~AtFirstRead() override { mlpctl::replace_system_calls(before_); }

  // Where there are no leases, so that whoever writes has not to wait.
  int lease(int) override {
    errno = EINVAL;
    return -1;
  }
  ssize_t read(int fd, void* bytes, std::size_t size) override {
    const ssize_t count = SystemCalls::read(fd, bytes, size);
    if (action_) std::exchange(action_, nullptr)();
    return count;
  }

 private:
  mlpctl::SystemCalls* const before_;
  std::function<void()> action_;
};

}  // namespace

TEST_CASE("an input shows its bytes, also after a move and after its removal") {
  const TempDir dir;
  dir.write("f", "abc");
  InputFile first(dir / "f");
  const InputFile second(std::move(first));
  dir.remove("f");
  CHECK(text_of(second) == "abc");
  CHECK(first.bytes().empty());
  CHECK_FALSE(second.is_mapped());
}

TEST_CASE("an empty input holds nothing; folders, devices and missing files are errors") {
  const TempDir dir;
  dir.write("empty", "");
  CHECK(InputFile(dir / "empty").bytes().empty());
  CHECK(code_of(dir.path()) == ErrorCode::kNotSupported);
  CHECK(code_of("/dev/zero") == ErrorCode::kNotSupported);
  CHECK(code_of(dir / "none") == ErrorCode::kNotFound);
  CHECK(code_of(dir / "empty/below") == ErrorCode::kNotFound);
}

TEST_CASE("an input that cannot be opened or read is named with the system's words") {
  const TempDir dir;
  dir.write("small", "abc");
  make_large(dir / "large");
  for (const auto& [name, call, error, words] :
       {std::tuple{"small", Call::kOpen, EMFILE, "Too many open files"},
        {"small", Call::kOpen, EACCES, "Permission denied"},
        {"small", Call::kStatus, EIO, "Input/output error"},
        {"small", Call::kRead, EIO, "Input/output error"},
        {"small", Call::kAllocate, ENOMEM, "Cannot allocate memory"},
        {"large", Call::kMap, ENOMEM, "Cannot allocate memory"}}) {
    FaultySystem system;
    system.fail(call, 1, error);
    CHECK_THROWS_MATCHES(InputFile(dir / name), mlpctl::Error, Message(dir / name + ": " + words));
    system.fail(call, 1, error);
    CHECK(code_of(dir / name) == ErrorCode::kIo);
    CHECK_FALSE(InputFile(dir / name).bytes().empty());
  }
}

TEST_CASE("a read that was interrupted or gave a part is gone on with") {
  const TempDir dir;
  dir.write("f", "abcdefg");
  FaultySystem system;
  system.shorten_transfers(2);
  system.fail(Call::kRead, 2, EINTR, 3);
  CHECK(text_of(InputFile(dir / "f")) == "abcdefg");
}

TEST_CASE("a file is read without leases too, once nobody wrote to it for a moment") {
  const TempDir dir;
  dir.write("f", "abc");
  FaultySystem system;
  system.fail(Call::kLease, 1, EINVAL, FaultySystem::kForEver);
  CHECK(text_of(InputFile(dir / "f")) == "abc");
  CHECK(system.calls(Call::kLease) > 1);
}

TEST_CASE("what is written into a file while it is read is not mixed with what was there") {
  const TempDir dir;
  dir.write("f", "aaaa");
  const AtFirstRead system([&] { write_within(dir / "f", 2, "bb"); });
  CHECK(text_of(InputFile(dir / "f")) == "aabb");
}

TEST_CASE("a file that is empty because somebody begins to write it is waited for") {
  const TempDir dir;
  dir.write("f", "old");
  const int fd = open((dir / "f").c_str(), O_WRONLY | O_TRUNC);
  std::thread writer([fd] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    (void)!write(fd, "new", 3);
    close(fd);
  });
  CHECK(text_of(InputFile(dir / "f")) == "new");
  writer.join();
}

TEST_CASE("a file cut short while it is read is read as it is afterwards") {
  const TempDir dir;
  dir.write("f", "aaaa");
  const AtFirstRead system([&] { std::filesystem::resize_file(dir / "f", 1); });
  CHECK(text_of(InputFile(dir / "f")) == "a");
}

TEST_CASE("a file that another replaces while it is read is one of the two") {
  const TempDir dir;
  dir.write("f", "aaaa");
  dir.write("g", "bbbb");
  const AtFirstRead system([&] { std::filesystem::rename(dir / "g", dir / "f"); });
  CHECK(text_of(InputFile(dir / "f")) == "aaaa");
  CHECK(text_of(InputFile(dir / "f")) == "bbbb");
}

TEST_CASE("who writes waits while a file is read, or the reader does") {
  const TempDir dir;
  const std::string a(1 << 20, 'a'), b(1 << 20, 'b');
  dir.write("f", a);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (bool turn = true; !stop; turn = !turn) {
      const int fd = open((dir / "f").c_str(), O_WRONLY);
      const std::string& text = turn ? b : a;
      for (std::size_t at = 0; at < text.size(); at += 4096) {
        (void)!pwrite(fd, text.data() + at, 4096, static_cast<off_t>(at));
      }
      close(fd);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  int whole = 0, mixed = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = text_of(InputFile(dir / "f"));
    ++(text == a || text == b ? whole : mixed);
  }
  stop = true;
  writer.join();
  CHECK(whole == 200);
  CHECK(mixed == 0);
}

TEST_CASE("a program that has a file open for writing is waited for, and then named") {
  const TempDir dir;
  dir.write("f", "abc");
  // A write that has begun may stand still, so that the file has not changed for long says nothing.
  const timespec long_ago[2] = {{1'000'000, 0}, {1'000'000, 0}};
  const int fd = open((dir / "f").c_str(), O_WRONLY);
  futimens(fd, long_ago);
  CHECK_THROWS_MATCHES(
      InputFile(dir / "f"), mlpctl::Error,
      Message(dir / "f" + ": another program is writing to it; try again when that is done"));
  close(fd);
  CHECK(text_of(InputFile(dir / "f")) == "abc");
}

TEST_CASE("a large input is mapped, and told to have changed when somebody wrote to it") {
  const TempDir dir;
  make_large(dir / "f");
  const InputFile file(dir / "f");
  REQUIRE(file.is_mapped());
  REQUIRE(file.bytes().size() == kLarge);
  CHECK_NOTHROW(file.check_unchanged());
  SECTION("as it lies, with its time set back") {
    write_within(dir / "f", 5000, "new");
    CHECK(mlpctl::tests::error_code([&] { file.check_unchanged(); }) == ErrorCode::kIo);
  }
  SECTION("by one that takes its place, which leaves it as it is") {
    dir.write("g", "other");
    std::filesystem::rename(dir / "g", dir / "f");
    CHECK_NOTHROW(file.check_unchanged());
  }
}

TEST_CASE("a large input that is cut short reads as zeros and says so") {
  const TempDir dir;
  make_large(dir / "f");
  write_within(dir / "f", kLarge - 3, "end");
  const InputFile file(dir / "f"), other(dir / "f");
  CHECK(file.bytes()[kLarge - 1] == std::byte{'d'});
  std::filesystem::resize_file(dir / "f", 10'000);
  CHECK(std::ranges::all_of(file.bytes(), [](std::byte b) { return b == std::byte{}; }));
  CHECK_THROWS_MATCHES(
      file.check_unchanged(), mlpctl::Error,
      Message(dir / "f" + ": another program changed it while it was read; try again"));
}

TEST_CASE("more large inputs than can be guarded are refused, and fewer work again") {
  const TempDir dir;
  make_large(dir / "f");
  {
    std::vector<InputFile> files;
    std::optional<ErrorCode> refusal;
    while (!refusal && files.size() <= mlpctl::GuardedMapping::kMost) {
      refusal = mlpctl::tests::error_code([&] { files.emplace_back(dir / "f"); });
    }
    CHECK(refusal == ErrorCode::kIo);
  }
  CHECK(code_of(dir / "f") == std::nullopt);
}

TEST_CASE("the first bytes of a file are read alone") {
  const TempDir dir;
  dir.write("f", "abcdef");
  CHECK(mlpctl::first_bytes_of(dir / "f", 4) == "abcd");
  CHECK(mlpctl::first_bytes_of(dir / "f", 9) == "abcdef");
  CHECK(mlpctl::tests::error_code([&] { mlpctl::first_bytes_of(dir.path(), 4); }) ==
        ErrorCode::kNotSupported);
}

TEST_CASE("a URL is not fetched, and a name that only looks a little like one is missing") {
  const auto said = [](const std::string& path) -> std::string {
    try {
      const InputFile file(path);
    } catch (const mlpctl::Error& error) {
      return error.what();
    }
    return "read";
  };
  CHECK(said("https://x.org/a.png") == "https://x.org/a.png: is not fetched; download it first");
  CHECK(code_of("s3://x/a.png") == ErrorCode::kNotSupported);
  CHECK(said("file:///no/a.png") == "file:///no/a.png: is a URL; give the path alone: /no/a.png");
  for (const std::string name : {"://a", "c://a", "a b://c", "http:/a", "https:"}) {
    CHECK(said(name) == name + ": no such file");
  }
}
