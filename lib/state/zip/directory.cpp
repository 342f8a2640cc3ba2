#include "state/zip/directory.hpp"

#include <algorithm>
#include <string>

#include "base/byte_reader.hpp"
#include "base/checked.hpp"
#include "state/zip/local_header.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kEndSize = 22, kEnd64Size = 56, kLocator64Size = 20, kMaxComment = 0xFFFF;
constexpr std::uint16_t kRefusedFlags = 0x0001 | 0x0020 | 0x0040 | 0x2000;  // encrypted, patched
constexpr std::size_t kMaxNameBytes = 512;

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;  ///< Where the first end record begins.
};

/// The end record whose comment ends with the file.
std::size_t find_end(std::span<const std::byte> bytes) {
  bool seen = false;
  if (bytes.size() < kEndSize) throw CutOff();
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (load_le<std::uint32_t>(bytes, at) != kEndSignature) continue;
    if (at + kEndSize + load_le<std::uint16_t>(bytes, at + 20) == bytes.size()) return at;
    seen = true;
  }
  if (seen) throw damaged_zip("bytes follow its end");
  throw CutOff();
}

/// A field of the classic end record is either all ones or what the zip64 record says.
void check_classic(std::uint64_t classic, std::uint64_t wide, std::uint64_t ones) {
  if (classic != wide && classic != ones) throw damaged_zip("its two end records disagree");
}

/// An archive that was put behind others counts its places from its own beginning.
void check_begins_file(std::span<const std::byte> bytes, std::uint64_t beginning) {
  if (beginning == 0 || beginning + sizeof(kLocalSignature) > bytes.size()) return;
  if (load_le<std::uint32_t>(bytes, static_cast<std::size_t>(beginning)) != kLocalSignature) return;
  throw Error(
      ErrorCode::kNotSupported,
      "several zip archives in one file, as a shard (.distcp) of a distributed checkpoint is: give "
      "the folder that it lies in");
}

Directory read_end64(std::span<const std::byte> bytes, std::size_t end) {
  const std::size_t at = end - kLocator64Size - kEnd64Size;
  ByteReader in(bytes, at);
  Directory directory;
  directory.end = at;
  if (in.number<std::uint32_t>() != kEnd64Signature || in.number<std::uint64_t>() != 44) {
    throw damaged_zip("its zip64 end record is broken");
  }
  in.take(4);  // made by, needed
  if (in.number<std::uint64_t>() != 0) throw damaged_zip("it is one of several volumes");
  const auto here = in.number<std::uint64_t>();
  directory.entries = in.number<std::uint64_t>();
  directory.size = in.number<std::uint64_t>();
  directory.offset = in.number<std::uint64_t>();
  in.take(4);  // the locator's signature, seen by the caller
  const auto disk = in.number<std::uint32_t>();
  const auto place = in.number<std::uint64_t>();
  const auto disks = in.number<std::uint32_t>();
  if (place < at) check_begins_file(bytes, at - place);
  if (here != directory.entries || disk != 0 || place != at || disks > 1) {
    throw damaged_zip("its zip64 locator is broken");
  }
  return directory;
}

Directory read_end(std::span<const std::byte> bytes) {
  const std::size_t end = find_end(bytes);
  ByteReader in(bytes, end + 4);
  const auto disks = in.number<std::uint32_t>();
  const std::uint64_t here = in.number<std::uint16_t>(), entries = in.number<std::uint16_t>();
  const std::uint64_t size = in.number<std::uint32_t>(), offset = in.number<std::uint32_t>();
  if (disks != 0 || here != entries) throw damaged_zip("it is one of several volumes");
  const bool wide = end >= kLocator64Size + kEnd64Size &&
                    load_le<std::uint32_t>(bytes, end - kLocator64Size) == kLocator64Signature;
  if (!wide) return {entries, size, offset, end};
  const Directory directory = read_end64(bytes, end);
  check_classic(entries, directory.entries, 0xFFFF);
  check_classic(size, directory.size, 0xFFFFFFFF);
  check_classic(offset, directory.offset, 0xFFFFFFFF);
  return directory;
}

ZipRecord read_central(ByteReader& in) {
  if (in.number<std::uint32_t>() != kCentralSignature) throw damaged_zip("its directory is broken");
  in.take(4);  // made by, needed
  ZipRecord record;
  record.flags = in.number<std::uint16_t>();
  record.method = in.number<std::uint16_t>();
  in.take(4);  // time, date
  record.crc = in.number<std::uint32_t>();
  record.packed = in.number<std::uint32_t>();
  record.size = in.number<std::uint32_t>();
  const auto name = in.number<std::uint16_t>(), extra = in.number<std::uint16_t>(),
             comment = in.number<std::uint16_t>();
  if (in.number<std::uint16_t>() != 0) throw damaged_zip("it is one of several volumes");
  in.take(6);  // attributes
  record.header = in.number<std::uint32_t>();
  record.name = in.text(name);
  Zip64Extra wide(in.take(extra));
  wide.replace(record.size);
  wide.replace(record.packed);
  wide.replace(record.header);
  in.take(comment);
  return record;
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || name.front() == '/') return false;
  const auto odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\\'; };
  if (std::ranges::any_of(name, odd)) return false;
  const std::string bounded = std::string("/").append(name).append("/");
  return bounded.find("/../") == std::string::npos && bounded.find("/./") == std::string::npos;
}

void check_record(const ZipRecord& record) {
  if (!is_plain_name(record.name)) throw damaged_zip("a record in it has a name that is no name");
  const std::string name(record.name);
  if ((record.flags & kRefusedFlags) != 0) {
    throw Error(ErrorCode::kNotSupported,
                "its record " + name + " is encrypted or patched: torch.save writes neither");
  }
  if (record.method != kStored && record.method != kDeflated) {
    throw Error(ErrorCode::kNotSupported, "its record " + name + " is packed by method " +
                                              std::to_string(record.method) +
                                              ": only stored and deflated records are read");
  }
  if (record.method == kStored && record.packed != record.size) {
    throw damaged_zip("its record " + name + " has two sizes");
  }
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_but_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

struct HashedName {
  std::uint64_t hash = 0;  ///< Of the name in lower case (FNV-1a).
  std::string_view name;
};

HashedName hashed(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(lower(c))) * 0x100000001B3;
  return {hash, name};
}

/// By hash, so that 400,000 long names that begin alike cost no time; then by the name itself.
bool comes_before(const HashedName& a, const HashedName& b) {
  if (a.hash != b.hash) return a.hash < b.hash;
  if (same_but_case(a.name, b.name)) return a.name < b.name;
  return std::ranges::lexicographical_compare(a.name, b.name, {}, lower, lower);
}

/// TorchScript's sources may differ in case alone; no other records may.
void check_unique(const std::vector<ZipRecord>& records) {
  std::vector<HashedName> names;
  names.reserve(records.size());
  for (const ZipRecord& record : records) names.push_back(hashed(record.name));
  std::ranges::sort(names, comes_before);
  const auto clash = [](const HashedName& a, const HashedName& b) {
    return a.name == b.name ||
           (same_but_case(a.name, b.name) && b.name.find("/code/") == std::string_view::npos);
  };
  const auto twice = std::ranges::adjacent_find(names, clash);
  if (twice != names.end()) throw damaged_zip("it holds " + std::string(twice->name) + " twice");
}

/// Reads each local header, in the order of the file, and proves that none overlaps the next.
void check_locals(const Source& source, std::vector<ZipRecord>& records, std::uint64_t limit) {
  std::vector<std::uint32_t> order(records.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return records[i].header; });
  if (records[order[0]].header != 0) throw damaged_zip("its first record is not at its beginning");
  std::vector<std::uint64_t> places;
  places.reserve(order.size());
  for (const std::uint32_t i : order) places.push_back(records[i].header);
  ScatteredAccess access(source, places.size(), places);
  std::uint64_t end = 0;
  for (const std::uint32_t i : order) {
    ZipRecord& record = records[i];
    if (record.header < end) {
      throw damaged_zip("its record " + std::string(record.name) + " overlaps another");
    }
    end = check_local(source.bytes.first(static_cast<std::size_t>(limit)), record);
    access.passed(end);
  }
}

}  // namespace

std::vector<ZipRecord> read_zip_directory(const Source& source, const ReadLimits& limits) {
  const auto bytes = source.bytes;
  const Directory directory = read_end(bytes);
  const bool fitting = fits(directory.offset, directory.size, directory.end);
  if (fitting) check_begins_file(bytes, directory.end - directory.offset - directory.size);
  if (!fitting || directory.offset + directory.size != directory.end) {
    throw damaged_zip("its directory is not where its end says");
  }
  if (directory.entries == 0) throw damaged_zip("it is an empty zip archive");
  if (directory.entries > limits.records) {
    throw Error(ErrorCode::kNotSupported, "it has " + std::to_string(directory.entries) +
                                              " records: no real state file has so many");
  }
  std::vector<ZipRecord> records;
  ByteReader in(bytes.first(static_cast<std::size_t>(directory.end)),
                static_cast<std::size_t>(directory.offset));
  while (in.left() > 0) {
    if (records.size() == directory.entries) throw damaged_zip("its directory is too long");
    records.push_back(read_central(in));
    check_record(records.back());
  }
  if (records.size() != directory.entries) throw damaged_zip("its directory is too short");
  check_unique(records);
  check_locals(source, records, directory.offset);
  return records;
}

}  // namespace mlpctl::state
