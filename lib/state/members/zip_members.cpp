#include "state/members/zip_members.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/checked.hpp"
#include "state/zip/record.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20, kMaxComment = 0xFFFF;
constexpr std::size_t kCentralSize = 46, kLocalSize = 30;
constexpr std::uint64_t kOnes = 0xFFFFFFFF;

bool has_signature(std::span<const std::byte> bytes, std::uint64_t at, std::uint32_t signature) {
  return fits(at, sizeof signature, bytes.size()) &&
         load_le<std::uint32_t>(bytes, static_cast<std::size_t>(at)) == signature;
}

/// The last end record, wherever its comment says that the file ends.
std::optional<std::size_t> find_end(std::span<const std::byte> bytes) {
  if (bytes.size() < kEndSize) return std::nullopt;
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (load_le<std::uint32_t>(bytes, at) == kEndSignature) return at;
  }
  return std::nullopt;
}

struct DirectoryPlace {
  std::uint64_t begin = 0;
  /// What is added to all places that the directory names: the length of what stands before.
  std::uint64_t shift = 0;
};

/// Where the directory begins: as long before its end as it says, or where it says.
std::optional<DirectoryPlace> find_directory(std::span<const std::byte> bytes, std::size_t end) {
  std::uint64_t size = load_le<std::uint32_t>(bytes, end + 12);
  std::uint64_t offset = load_le<std::uint32_t>(bytes, end + 16);
  std::uint64_t behind = end;
  const bool wide = end >= kLocatorSize + kEnd64Size &&
                    has_signature(bytes, end - kLocatorSize, kLocator64Signature) &&
                    has_signature(bytes, end - kLocatorSize - kEnd64Size, kEnd64Signature);
  if (wide) {
    behind = end - kLocatorSize - kEnd64Size;
    size = load_le<std::uint64_t>(bytes, static_cast<std::size_t>(behind) + 40);
    offset = load_le<std::uint64_t>(bytes, static_cast<std::size_t>(behind) + 48);
  }
  if (size <= behind && has_signature(bytes, behind - size, kCentralSignature)) {
    const std::uint64_t begin = behind - size;
    return DirectoryPlace{begin, begin >= offset ? begin - offset : 0};
  }
  if (has_signature(bytes, offset, kCentralSignature)) return DirectoryPlace{offset, 0};
  return std::nullopt;
}

/// Replaces what is all ones by the next wide value of the zip64 field.
void widen(std::span<const std::byte> extra, std::initializer_list<std::uint64_t*> fields) {
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::size_t size = load_le<std::uint16_t>(extra, at + 2);
    if (size > extra.size() - at - 4) return;
    if (load_le<std::uint16_t>(extra, at) == 1) {
      auto values = extra.subspan(at + 4, size);
      for (std::uint64_t* field : fields) {
        if (*field != kOnes || values.size() < sizeof *field) continue;
        *field = load_le<std::uint64_t>(values, 0);
        values = values.subspan(sizeof *field);
      }
      return;
    }
    at += 4 + size;
  }
}

/// Where the bytes behind a local header begin.
std::optional<std::uint64_t> payload_of(std::span<const std::byte> bytes, std::uint64_t header) {
  if (!has_signature(bytes, header, kLocalSignature) || !fits(header, kLocalSize, bytes.size())) {
    return std::nullopt;
  }
  const auto at = static_cast<std::size_t>(header);
  const std::uint64_t names = std::uint64_t{load_le<std::uint16_t>(bytes, at + 26)} +
                              load_le<std::uint16_t>(bytes, at + 28);
  if (!fits(header + kLocalSize, names, bytes.size())) return std::nullopt;
  return header + kLocalSize + names;
}

void set_packed(ZipMember& member, std::span<const std::byte> bytes, std::uint64_t packed) {
  const std::uint64_t left = bytes.size() - member.payload;
  if (packed > left) member.whole = false;
  member.packed = bytes.subspan(static_cast<std::size_t>(member.payload),
                                static_cast<std::size_t>(std::min(packed, left)));
}

/// The records that the directory names. Returns whether there are more than `most`.
bool read_directory(std::span<const std::byte> bytes, DirectoryPlace place, std::size_t most,
                    std::vector<ZipMember>& members) {
  while (fits(place.begin, kCentralSize, bytes.size()) &&
         has_signature(bytes, place.begin, kCentralSignature)) {
    if (members.size() == most) return true;
    const auto at = static_cast<std::size_t>(place.begin);
    const std::uint64_t name = load_le<std::uint16_t>(bytes, at + 28),
                        extra = load_le<std::uint16_t>(bytes, at + 30),
                        comment = load_le<std::uint16_t>(bytes, at + 32);
    if (!fits(place.begin + kCentralSize, name + extra + comment, bytes.size())) break;
    std::uint64_t packed = load_le<std::uint32_t>(bytes, at + 20),
                  size = load_le<std::uint32_t>(bytes, at + 24),
                  header = load_le<std::uint32_t>(bytes, at + 42);
    const auto fields = bytes.subspan(at + kCentralSize);
    widen(fields.subspan(static_cast<std::size_t>(name), static_cast<std::size_t>(extra)),
          {&size, &packed, &header});
    ZipMember member;
    member.name = as_text(fields.first(static_cast<std::size_t>(name)));
    member.method = load_le<std::uint16_t>(bytes, at + 10);
    member.header = header > bytes.size() ? header : header + place.shift;
    if (const auto payload = payload_of(bytes, member.header)) {
      member.payload = *payload;
      set_packed(member, bytes, packed);
    } else {
      member.whole = false;
    }
    members.push_back(member);
    place.begin += kCentralSize + name + extra + comment;
  }
  return false;
}

/// A record of which only its own header tells. One whose size stands behind it reaches to `limit`.
std::optional<ZipMember> read_orphan(std::span<const std::byte> bytes, std::uint64_t header,
                                     std::uint64_t limit) {
  const auto payload = payload_of(bytes, header);
  if (!payload || *payload > limit) return std::nullopt;
  const auto at = static_cast<std::size_t>(header);
  const std::size_t name = load_le<std::uint16_t>(bytes, at + 26);
  std::uint64_t packed = load_le<std::uint32_t>(bytes, at + 18),
                size = load_le<std::uint32_t>(bytes, at + 22);
  const auto fields = bytes.subspan(at + kLocalSize);
  widen(fields.subspan(name, load_le<std::uint16_t>(bytes, at + 28)), {&size, &packed});
  ZipMember member;
  member.name = as_text(fields.first(name));
  member.method = load_le<std::uint16_t>(bytes, at + 8);
  member.header = header;
  member.payload = *payload;
  member.listed = false;
  if (packed == 0 || packed > limit - *payload) packed = limit - *payload;
  set_packed(member, bytes, packed);
  return member;
}

struct Span {
  std::uint64_t begin, end;
};

/// Records in [gap.begin, gap.end), one behind the other.
bool read_orphans(std::span<const std::byte> bytes, Span gap, std::size_t most,
                  std::vector<ZipMember>& members) {
  constexpr std::string_view signature = "PK\3\4";
  const std::string_view text = as_text(bytes.first(static_cast<std::size_t>(gap.end)));
  std::size_t at = text.find(signature, static_cast<std::size_t>(gap.begin));
  while (at != text.npos) {
    if (members.size() == most) return true;
    std::size_t next = at + 1;
    if (const auto member = read_orphan(bytes, at, gap.end)) {
      const bool sized = member->payload + member->packed.size() < gap.end;
      members.push_back(*member);
      next = static_cast<std::size_t>(sized ? member->payload + member->packed.size()
                                            : member->payload);
    }
    at = text.find(signature, next);
  }
  return false;
}

}  // namespace

bool has_zip_directory(std::span<const std::byte> bytes) {
  const auto end = find_end(bytes);
  return end && find_directory(bytes, *end);
}

ZipMembers list_zip_members(std::span<const std::byte> bytes, std::size_t most) {
  ZipMembers found;
  const auto end = find_end(bytes);
  const auto directory = end ? find_directory(bytes, *end) : std::nullopt;
  if (directory) found.more = read_directory(bytes, *directory, most, found.members);
  std::vector<Span> covered;
  for (const ZipMember& member : found.members) {
    if (member.payload != 0)
      covered.push_back({member.header, member.payload + member.packed.size()});
  }
  if (directory) covered.push_back({directory->begin, bytes.size()});
  covered.push_back({bytes.size(), bytes.size()});
  std::ranges::sort(covered, {}, &Span::begin);
  std::uint64_t reached = 0;
  for (const Span& span : covered) {
    const bool gap = span.begin > reached && span.begin - reached >= kLocalSize;
    if (gap && !found.more) {
      found.more = read_orphans(bytes, {reached, span.begin}, most, found.members);
    }
    reached = std::max(reached, span.end);
  }
  return found;
}

}  // namespace mlpctl::state
