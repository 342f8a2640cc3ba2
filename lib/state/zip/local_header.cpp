#include "state/zip/local_header.hpp"

#include <array>

#include "base/byte_reader.hpp"
#include "base/checked.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kLocalSize = 30;
constexpr std::uint16_t kZip64Id = 0x0001;

[[noreturn]] void disagree(const ZipRecord& record) {
  throw damaged_zip("the directory and the header of its record " + std::string(record.name) +
                    " disagree");
}

/// crc, packed size, size: 32 or 64 bits each, behind a signature or not.
template <typename Size>
bool descriptor_matches(std::span<const std::byte> bytes, const ZipRecord& record) {
  if (bytes.size() < 4 + 2 * sizeof(Size)) return false;
  return load_le<std::uint32_t>(bytes, 0) == record.crc &&
         load_le<Size>(bytes, 4) == record.packed &&
         load_le<Size>(bytes, 4 + sizeof(Size)) == record.size;
}

/// The descriptor's length; the record's end lies behind it.
std::uint64_t check_descriptor(std::span<const std::byte> after, const ZipRecord& record) {
  const bool has_signature =
      after.size() >= 4 && load_le<std::uint32_t>(after, 0) == kDescriptorSignature;
  const std::uint64_t skip = has_signature ? 4 : 0;
  const auto values = after.subspan(static_cast<std::size_t>(skip));
  if (descriptor_matches<std::uint64_t>(values, record)) return skip + 20;
  if (descriptor_matches<std::uint32_t>(values, record)) return skip + 12;
  disagree(record);
}

}  // namespace

Error damaged_zip(const std::string& what) {
  return Error(ErrorCode::kCorruption, "a zip archive that is damaged or tampered with (" + what +
                                           "): copy or download it again");
}

Zip64Extra::Zip64Extra(std::span<const std::byte> extra) {
  // torch's padding ends where it likes, so a broken tail is no fault.
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::size_t size = load_le<std::uint16_t>(extra, at + 2);
    if (size > extra.size() - at - 4) return;
    if (load_le<std::uint16_t>(extra, at) == kZip64Id) values_ = extra.subspan(at + 4, size);
    at += 4 + size;
  }
}

void Zip64Extra::replace(std::uint64_t& field) {
  if (field != 0xFFFFFFFF) return;
  if (values_.size() < 8) throw damaged_zip("a size of more than 4 GiB is missing");
  field = load_le<std::uint64_t>(values_, 0);
  values_ = values_.subspan(8);
}

std::uint64_t check_local(std::span<const std::byte> bytes, ZipRecord& record) {
  if (!fits(record.header, kLocalSize, bytes.size())) disagree(record);
  ByteReader in(bytes, static_cast<std::size_t>(record.header));
  if (in.number<std::uint32_t>() != kLocalSignature) disagree(record);
  in.take(2);  // needed
  const auto flags = in.number<std::uint16_t>(), method = in.number<std::uint16_t>();
  in.take(4);  // time, date
  const auto crc = in.number<std::uint32_t>();
  std::uint64_t packed = in.number<std::uint32_t>(), size = in.number<std::uint32_t>();
  const auto name = in.number<std::uint16_t>(), extra = in.number<std::uint16_t>();
  if (!fits(in.position(), std::uint64_t{name} + extra, bytes.size())) disagree(record);
  if (in.text(name) != record.name || flags != record.flags || method != record.method) {
    disagree(record);
  }
  Zip64Extra wide(in.take(extra));
  wide.replace(size);
  wide.replace(packed);
  const bool later = (flags & kHasDescriptor) != 0;
  const bool zero = crc == 0 && packed == 0 && size == 0;
  const bool same = crc == record.crc && packed == record.packed && size == record.size;
  if (!same && !(later && zero)) disagree(record);
  record.payload = in.position();
  if (!fits(record.payload, record.packed, bytes.size())) disagree(record);
  const std::uint64_t end = record.payload + record.packed;
  if (!later) return end;
  return end + check_descriptor(bytes.subspan(static_cast<std::size_t>(end)), record);
}

}  // namespace mlpctl::state
