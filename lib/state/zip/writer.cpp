#include "state/zip/writer.hpp"

#include <utility>

#include "state/value/tensor_data.hpp"
#include "state/zip/crc.hpp"

namespace mlpctl::state {
namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kLimit32 = 0xFFFFFFFF;
constexpr std::uint16_t kUtf8Names = 0x0800;
constexpr std::uint16_t kDate1980 = 0x0021;  // 1 January 1980: the earliest a zip can say
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::uint16_t kPaddingExtra = 0x4246;  // "FB", as PyTorch marks its padding
constexpr std::uint16_t kVersion20 = 20, kVersion45 = 45;

void little(std::string& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i, number >>= 8U) out += static_cast<char>(number);
}

std::uint64_t clipped(std::uint64_t number) {
  return number < kLimit32 ? number : kLimit32;
}

// Where PyTorch's config.load.calculate_storage_offsets expects the payload of a record whose
// header follows the record `before`: PyTorch writes a data descriptor after each payload that is
// not empty. We write the sizes and the CRC into the local header instead, where every zip tool
// looks, and pad as if the descriptor was there.
std::uint64_t payload_offset(std::uint64_t header, std::uint64_t size, std::size_t name_size,
                             std::uint64_t descriptor) {
  const std::uint64_t cursor = header + descriptor;
  std::uint64_t start = cursor + 30 + name_size + 4;
  if (size >= kLimit32 || cursor >= kLimit32) start += 4;
  if (size >= kLimit32) start += 16;
  if (cursor >= kLimit32) start += 8;
  return (start + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

ZipWriter::ZipWriter(AtomicFile& file, std::string_view top) : file_(file), top_(top) {}

void ZipWriter::put(std::string_view text) {
  file_.write(text);
  offset_ += text.size();
}

void ZipWriter::add(std::string_view name, std::string_view text) {
  add(name, std::as_bytes(std::span(text)));
}

void ZipWriter::add(std::string_view name, std::span<const std::byte> bytes) {
  records_.push_back({top_ + "/" + std::string(name), crc32(0, bytes), bytes.size(), offset_});
  put(local_header(records_.back()));
  file_.write(bytes);
  offset_ += bytes.size();
}

void ZipWriter::add(std::string_view name, const TensorValue& tensor,
                    const std::function<void(std::uint64_t bytes)>& written) {
  constexpr std::uint64_t kCrcPlace = 14;
  records_.push_back({top_ + "/" + std::string(name), 0, written_size(tensor), offset_});
  Record& record = records_.back();
  put(local_header(record));
  read_data(tensor, [&](std::span<const std::byte> piece) {
    record.crc = crc32(record.crc, piece);
    file_.write(piece);
    offset_ += piece.size();
    if (written) written(piece.size());
  });
  std::string crc;
  little(crc, record.crc, 4);
  file_.write_at(record.header_offset + kCrcPlace, std::as_bytes(std::span(crc)));
}

std::string ZipWriter::local_header(const Record& record) const {
  const bool large = record.size >= kLimit32;
  std::uint64_t descriptor = 0;
  if (records_.size() > 1) {
    const Record& before = records_[records_.size() - 2];
    if (before.size > 0) {
      descriptor = before.size >= kLimit32 || before.header_offset >= kLimit32 ? 24 : 16;
    }
  }
  const std::uint64_t payload =
      payload_offset(record.header_offset, record.size, record.name.size(), descriptor);
  const std::uint64_t extra = payload - record.header_offset - 30 - record.name.size();
  std::string header = "PK\3\4";
  little(header, large ? kVersion45 : kVersion20, 2);
  little(header, kUtf8Names, 2);
  little(header, 0, 4);  // stored, midnight
  little(header, kDate1980, 2);
  little(header, record.crc, 4);
  little(header, clipped(record.size), 4);
  little(header, clipped(record.size), 4);
  little(header, record.name.size(), 2);
  little(header, extra, 2);
  header += record.name;
  std::uint64_t padding = extra - 4;
  if (large) {
    little(header, kZip64Extra, 2);
    little(header, 16, 2);
    little(header, record.size, 8);
    little(header, record.size, 8);
    padding -= 20;
  }
  little(header, kPaddingExtra, 2);
  little(header, padding, 2);
  header.append(padding, 'Z');
  return header;
}

std::string ZipWriter::central_header(const Record& record) const {
  std::string extra;
  if (record.size >= kLimit32) {
    little(extra, record.size, 8);
    little(extra, record.size, 8);
  }
  if (record.header_offset >= kLimit32) little(extra, record.header_offset, 8);
  std::string header = "PK\1\2";
  little(header, kVersion45, 2);
  little(header, extra.empty() ? kVersion20 : kVersion45, 2);
  little(header, kUtf8Names, 2);
  little(header, 0, 4);
  little(header, kDate1980, 2);
  little(header, record.crc, 4);
  little(header, clipped(record.size), 4);
  little(header, clipped(record.size), 4);
  little(header, record.name.size(), 2);
  little(header, extra.empty() ? 0 : extra.size() + 4, 2);
  little(header, 0, 10);  // no comment, disk 0, no attributes
  little(header, clipped(record.header_offset), 4);
  header += record.name;
  if (!extra.empty()) {
    little(header, kZip64Extra, 2);
    little(header, extra.size(), 2);
  }
  return header + extra;
}

// The three end records that PyTorch always writes: zip64's, its locator, and the classic one.
std::string ZipWriter::directory_end(std::uint64_t directory_size) const {
  const std::uint64_t start = offset_ - directory_size;
  std::string end = "PK\6\6";
  little(end, 44, 8);
  little(end, kVersion45, 2);
  little(end, kVersion45, 2);
  little(end, 0, 8);  // this disk, the directory's disk
  little(end, records_.size(), 8);
  little(end, records_.size(), 8);
  little(end, directory_size, 8);
  little(end, start, 8);
  end += "PK\6\7";
  little(end, 0, 4);
  little(end, offset_, 8);
  little(end, 1, 4);
  end += "PK\5\6";
  little(end, 0, 4);
  little(end, std::min<std::uint64_t>(records_.size(), 0xFFFF), 2);
  little(end, std::min<std::uint64_t>(records_.size(), 0xFFFF), 2);
  little(end, clipped(directory_size), 4);
  little(end, clipped(start), 4);
  little(end, 0, 2);
  return end;
}

void ZipWriter::finish() {
  const std::uint64_t start = offset_;
  for (const Record& record : records_) put(central_header(record));
  put(directory_end(offset_ - start));
}

}  // namespace mlpctl::state
