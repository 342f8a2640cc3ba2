#include "train/event_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cerrno>
#include <filesystem>
#include <string>

#include "mlpctl/error.hpp"
#include "support/faulty_system.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::app::crc32c;
using mlpctl::app::EventFile;
using mlpctl::app::tfrecord;
using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;

TEST_CASE("CRC-32C has the values of RFC 3720 and of the catalogue") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
}

TEST_CASE("a record is length, CRC, bytes, CRC") {
  // As tf.io.TFRecordWriter writes an empty record, and one of three bytes.
  CHECK(tfrecord("") == std::string("\0\0\0\0\0\0\0\0\x29\x03\x98\x07\xd8\xea\x82\xa2", 16));
  const std::string record = tfrecord("abc");
  CHECK(record.size() == 19);
  CHECK(record.substr(0, 8) == std::string("\3\0\0\0\0\0\0\0", 8));
  CHECK(record.substr(12, 3) == "abc");
}

TEST_CASE("a disk that fills leaves whole records, and a later write brings all") {
  const TempDir dir;
  const std::string folder = dir / "runs";
  EventFile file(folder);
  file.write("one");
  const auto only = std::filesystem::directory_iterator(folder)->path();
  {
    FaultySystem system;
    system.shorten_transfers(5);
    std::uintmax_t size = std::filesystem::file_size(only);
    // The second of the writes that a record takes.
    const int nth = 2;
    system.fail(Call::kWrite, nth, ENOSPC);
    CHECK_THROWS_MATCHES(file.write("two"), mlpctl::Error,
                         MessageMatches(ContainsSubstring("cannot be written: No space left")));
    CHECK(std::filesystem::file_size(only) == size);
  }
  file.write("three");
  CHECK(dir.read("runs/" + only.filename().string()) ==
        tfrecord("one") + tfrecord("two") + tfrecord("three"));
}

TEST_CASE("the next file is read after those that are there") {
  const TempDir dir;
  const EventFile first(dir.path());
  const std::string old = std::filesystem::directory_iterator(dir.path())->path().string();
  const EventFile second(dir.path());
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    ++files;
    CHECK(entry.path().string() >= old);
  }
  CHECK(files == 2);
}

TEST_CASE("a folder that cannot be is told before anything is made") {
  const TempDir dir;
  EventFile::probe(dir / "a/b/c");
  CHECK(dir.entries() == 0);
  dir.write("file", "x");
  CHECK_THROWS_MATCHES(EventFile::probe(dir / "file/runs"), mlpctl::Error,
                       MessageMatches(ContainsSubstring("it is no folder")));
}
