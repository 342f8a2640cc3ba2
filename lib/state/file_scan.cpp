#include "state/file_scan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_reader.hpp"
#include "base/checked.hpp"
#include "base/tar_header.hpp"
#include "mlpctl/error.hpp"
#include "state/container/legacy.hpp"
#include "state/container/onnx.hpp"
#include "state/container/safetensors.hpp"
#include "state/container/safetensors_header.hpp"
#include "state/container/tar.hpp"
#include "state/members/tar_members.hpp"
#include "state/signature.hpp"
#include "state/value/dtype_codes.hpp"
#include "state/value/utf8.hpp"
#include "state/zip/inflate.hpp"
#include "state/zip/record.hpp"

namespace mlpctl::state {
namespace {

using namespace std::string_view_literals;
using Act = Finding::Act;
using Ending = PickleScan::Ending;

constexpr unsigned kDeepest = 4;
constexpr std::size_t kMostMembers = 400'000;
/// Opcodes and lines of places that only might be pickles.
constexpr std::uint64_t kSearchBudget = std::uint64_t{24} << 20U;
constexpr std::uint64_t kInflateBudget = std::uint64_t{128} << 20U,
                        kInflateAtOnce = std::uint64_t{64} << 20U;
constexpr std::uint64_t kMemberBudget = std::uint64_t{256} << 20U;

/// Nothing but characters that people write, in UTF-8.
bool is_text(std::span<const std::byte> bytes) {
  constexpr std::size_t kChecked = std::size_t{1} << 20U;
  const std::string_view text = as_text(bytes);
  const bool printable = std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7F : (c >= '\t' && c <= '\r');
  });
  return printable && (text.size() > kChecked || is_utf8(text));
}

bool is_source(std::string_view label, std::string_view text) {
  constexpr auto endings = std::to_array<std::string_view>(
      {".py", ".pyw", ".pyi", ".sh", ".bat", ".cmd", ".ps1", ".js", ".lua", ".ipynb"});
  const auto ends = [&](std::string_view ending) { return label.ends_with(ending); };
  return text.starts_with("#!") || std::ranges::any_of(endings, ends);
}

bool is_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{}; });
}

bool has_proto(std::span<const std::byte> bytes, std::size_t at) {
  return bytes.size() - at >= 2 && bytes[at] == std::byte{0x80} && bytes[at + 1] <= std::byte{5};
}

/// All storages of a legacy stream, each behind its count of elements.
std::optional<std::uint64_t> stored_bytes(const std::vector<ScannedStorage>& storages) {
  std::uint64_t all = 0;
  for (const ScannedStorage& storage : storages) {
    const auto dtype = parse_storage_class(storage.type);
    const auto bytes =
        checked_mul<std::uint64_t>(storage.numel, dtype ? storage_item_size(*dtype) : 1);
    const auto sum =
        bytes ? checked_add<std::uint64_t>(all, *bytes + sizeof(std::int64_t)) : std::nullopt;
    if (!sum) return std::nullopt;
    all = *sum;
  }
  return all;
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// "archive/data.pkl" -> "archive/data/"
std::string storages_of(std::string_view pickle) {
  return std::string(pickle.substr(0, pickle.rfind('.'))) + "/";
}

bool is_torch_pickle(std::string_view name) {
  return file_name(name) == "data.pkl";
}

}  // namespace

std::string_view FileScan::part(std::span<const std::byte> bytes, const std::string& label,
                                unsigned depth) {
  // A file of n bytes may cost a small multiple of n.
  if (file_bytes_ == 0) {
    file_bytes_ = bytes.size();
    search_budget_ = kSearchBudget;
    member_budget_ = std::max<std::uint64_t>(kMemberBudget, 4 * std::uint64_t{bytes.size()});
    inflate_budget_ = std::max<std::uint64_t>(kInflateBudget, 4 * std::uint64_t{bytes.size()});
  }
  return content(bytes, label, depth, Inside::kNothing);
}

void FileScan::not_read(std::string_view what, std::uint64_t offset) {
  findings_.add(Verdict::kMayRunCode, Act::kNotRead, what, offset);
}

bool FileScan::spend(std::uint64_t bytes) {
  if (bytes > member_budget_) return false;
  member_budget_ -= bytes;
  return true;
}

std::string_view FileScan::content(std::span<const std::byte> bytes, const std::string& label,
                                   unsigned depth, Inside inside) {
  findings_.enter(label);
  if (bytes.empty()) return "an empty file";
  if (depth > kDeepest) {
    not_read("archives inside archives, deeper than is looked into");
    return "an archive";
  }
  if (as_text(bytes).starts_with("PK\3\4"sv)) return zip(bytes, label, depth);
  // Another container may begin as a pickle as well, and Python would take it for one.
  const bool legacy = is_legacy(bytes);
  const bool pickle = pickles(bytes, 0, label, depth, legacy);
  if (has_zip_directory(bytes)) {
    const std::string_view kind = zip(bytes, label, depth);
    return pickle ? "a pickle and a zip archive" : kind;
  }
  if (legacy) return "PyTorch legacy stream";
  if (is_tar(bytes)) return tar(bytes, label, depth);
  if (pickle) return "pickle";
  if (as_text(bytes).starts_with("\x93NUMPY"sv)) return numpy(bytes, label, depth);
  if (is_safetensors(bytes)) {
    const std::size_t length = static_cast<std::size_t>(std::min<std::uint64_t>(
        load_le<std::uint64_t>(bytes, 0), bytes.size() - sizeof(std::uint64_t)));
    try {
      parse_safetensors_header(as_text(bytes.subspan(sizeof(std::uint64_t), length)));
    } catch (const Error& error) {
      findings_.add(Verdict::kNeedsCode, Act::kBroken, error.what(), 0);
    }
    return "safetensors";
  }
  if (is_text(bytes)) {
    search(bytes, 0, label, depth);
    if (is_source(label.empty() ? path_ : label, as_text(bytes)))
      not_read("the source text of a program");
    return "a text file";
  }
  if (is_onnx(bytes)) {
    // A whole one is data, of which some looks like a pickle.
    try {
      check_onnx(bytes);
      return "ONNX";
    } catch (const Error& error) {
      findings_.add(Verdict::kNeedsCode, Act::kBroken, error.what(), 0);
    }
  }
  const Signature* signature = signature_of(bytes);
  search(bytes, 0, label, depth);
  if (signature != nullptr) {
    if (signature->content == Signature::Content::kOther) not_read(signature->kind);
    return signature->kind;
  }
  if (is_zero(bytes)) return "zeros and no data";
  if (inside == Inside::kNothing) not_read("a file of an unknown kind");
  return "a file of an unknown kind";
}

std::string_view FileScan::zip(std::span<const std::byte> bytes, const std::string& label,
                               unsigned depth) {
  const ZipMembers listed = list_zip_members(bytes, kMostMembers);
  const auto named = [&](std::string_view name) {
    return std::ranges::any_of(listed.members,
                               [&](const ZipMember& each) { return file_name(each.name) == name; });
  };
  if (listed.members.empty()) {
    search(bytes, 0, label, depth);
    findings_.enter(label);
    not_read("a zip archive without members");
    return "zip archive";
  }
  if (listed.more) not_read("members beyond the first 400,000");
  const bool torch = named("data.pkl");
  const bool script = torch && named("constants.pkl");
  const auto inside = torch ? Inside::kTorch : Inside::kNothing;
  const std::string folder = label.empty() ? "" : label + "/";
  if (script) {
    findings_.add(Verdict::kNeedsCode, Act::kNeedsFull,
                  "TorchScript code of its own, which torch.jit.load takes", 0);
  }
  // Pickles first: they tell which members are the bytes of tensors.
  for (const bool pickles_now : {true, false}) {
    for (const ZipMember& each : listed.members) {
      if (each.name.ends_with(".pkl") != pickles_now) continue;
      const std::string path = folder + std::string(each.name);
      if (torch && referenced_.contains(path)) continue;
      if (script && each.name.find("/code/") != each.name.npos && each.name.ends_with(".py")) {
        continue;
      }
      member(each, path, depth, inside);
    }
  }
  findings_.enter(label);
  if (script) return "TorchScript zip";
  if (torch) return "PyTorch zip";
  const bool arrays = std::ranges::all_of(
      listed.members, [](const ZipMember& each) { return each.name.ends_with(".npy"); });
  return arrays ? "NumPy archive" : "zip archive";
}

void FileScan::member(const ZipMember& member, const std::string& label, unsigned depth,
                      Inside inside) {
  const bool folder = member.name.ends_with('/') && member.packed.empty();
  if (folder) return;
  findings_.enter(label);
  if (!member.whole) not_read("a member that is not where the archive says");
  if (!spend(member.packed.size())) return not_read("members that overlap or are too many");
  // Readers differ in which header they believe, and in which flags.
  const bool stored = member.method == kStored;
  if (stored || member.method != kDeflated) {
    if (!stored) not_read("a member that is packed by an unknown method");
    content(member.packed, label, depth + 1, inside);
    return;
  }
  const std::uint64_t most = std::min(kInflateAtOnce, inflate_budget_);
  const Inflated inflated = inflate_leniently(member.packed, static_cast<std::size_t>(most));
  inflate_budget_ -= inflated.bytes.size();
  content(inflated.bytes, label, depth + 1, inside);
  findings_.enter(label);
  if (!inflated.whole) not_read("a member that is broken or becomes too large when it is unpacked");
}

std::string_view FileScan::tar(std::span<const std::byte> bytes, const std::string& label,
                               unsigned depth) {
  const TarMembers listed = list_tar_members(bytes, kMostMembers);
  const std::string folder = label.empty() ? "" : label + "/";
  bool torch = false;
  for (const TarMember& each : listed.members) torch = torch || each.name == "storages";
  for (const TarMember& each : listed.members) {
    if (each.bytes.empty()) continue;
    const std::string path = folder + each.name;
    findings_.enter(path);
    if (!spend(each.bytes.size())) {
      not_read("members that overlap or are too many");
      break;
    }
    content(each.bytes, path, depth + 1, torch ? Inside::kTorch : Inside::kNothing);
  }
  search(bytes, listed.end, label, depth);
  findings_.enter(label);
  if (listed.more) not_read("members beyond the first 400,000");
  return torch ? "PyTorch tar" : "tar archive";
}

/// An array of objects is a pickle behind the header.
std::string_view FileScan::numpy(std::span<const std::byte> bytes, const std::string& label,
                                 unsigned depth) {
  constexpr std::size_t kMagic = 8;
  if (bytes.size() < kMagic + 4) {
    not_read("a NumPy array that is cut off");
    return "a NumPy array";
  }
  const bool wide = bytes[6] > std::byte{1};
  const std::size_t begin = kMagic + (wide ? 4U : 2U);
  const std::uint64_t length =
      wide ? load_le<std::uint32_t>(bytes, kMagic) : load_le<std::uint16_t>(bytes, kMagic);
  if (!fits(begin, length, bytes.size())) {
    not_read("a NumPy array that is cut off");
    return "a NumPy array";
  }
  const std::string_view header = as_text(bytes.subspan(begin, static_cast<std::size_t>(length)));
  const bool objects = header.find("|O") != header.npos || header.find("'O") != header.npos ||
                       header.find("\"O") != header.npos || header.find("object") != header.npos;
  if (!objects) return "a NumPy array";
  const std::size_t data = begin + static_cast<std::size_t>(length);
  findings_.add(Verdict::kNeedsCode, Act::kNeedsFull,
                "an array of objects, which numpy.load(allow_pickle=True) takes", 0);
  if (data < bytes.size() && !pickles(bytes, data, label, depth)) {
    not_read("an array of objects that is no pickle", data);
  }
  return "a NumPy array of objects";
}

/// What a pickle hands to a function that reads it as another file.
PickleScan::Nested FileScan::nested(const std::string& label, unsigned depth) {
  return [this, label, depth](std::span<const std::byte> bytes) {
    const std::string around = findings_.member();
    findings_.enter(label.empty() ? "bytes" : label + "/bytes");
    if (spend(bytes.size())) {
      content(bytes, label.empty() ? "bytes" : label + "/bytes", depth + 1, Inside::kNothing);
    } else {
      not_read("bytes that are unpickled too often");
    }
    findings_.enter(around);
  };
}

/// The pickles that follow one another from here on, and what is behind them. False where there is
/// none.
bool FileScan::pickles(std::span<const std::byte> bytes, std::size_t from, const std::string& label,
                       unsigned depth, bool legacy) {
  constexpr unsigned kPicklesOfLegacy = 5;
  const bool torch = legacy || is_torch_pickle(label);
  std::vector<ScannedStorage> storages;
  for (unsigned count = 1; from < bytes.size(); ++count) {
    Findings own;
    own.enter(label);
    PickleScan scan(own, file_bytes_, nested(label, depth));
    const PickleScan::Result result = scan.run(bytes, from);
    const bool proto = has_proto(bytes, from);
    const bool stopped = result.ending == Ending::kStop;
    const bool real = (stopped && result.end > from + 1) || proto ||
                      own.verdict_of_calls() >= Verdict::kMayRunCode;
    if (!real || (!stopped && count > 1 && own.verdict_of_calls() < Verdict::kMayRunCode)) {
      if (count == 1) return false;
      break;
    }
    findings_.add(own);
    findings_.enter(label);
    for (const ScannedStorage& storage : scan.storages()) {
      if (legacy) {
        storages.push_back(storage);
      } else {
        referenced_.insert(storages_of(label) + std::string(storage.key));
      }
    }
    if (torch && !result.plain_opcodes) {
      findings_.add(Verdict::kNeedsCode, Act::kNeedsFull,
                    "a pickle of a protocol that only torch.load(weights_only=False) reads", from);
    }
    if (result.ending == Ending::kTooLarge) not_read("a pickle too large to follow", result.end);
    if (result.ending == Ending::kBroken) {
      findings_.add(Verdict::kMayRunCode, Act::kBroken, "its pickle " + result.why, result.end);
    }
    from = stopped ? result.end : from + 2;
    if (!stopped) break;
    if (legacy && count == kPicklesOfLegacy) {
      const auto stored = stored_bytes(storages);
      if (stored && *stored <= bytes.size() - from) from += static_cast<std::size_t>(*stored);
      break;
    }
  }
  search(bytes, from, label, depth);
  findings_.enter(label);
  return true;
}

/// Takes what is at this place for a pickle when it calls something.
void FileScan::try_at(std::span<const std::byte> bytes, std::size_t at, bool lenient,
                      const std::string& label, unsigned depth) {
  Findings own;
  own.enter(label);
  PickleScan scan(own, file_bytes_, nested(label, depth));
  const PickleScan::Result result = scan.run(bytes, at, lenient);
  search_budget_ -= std::min(search_budget_, result.cost + 16);
  const bool whole = result.ending == Ending::kStop && has_proto(bytes, at);
  if (whole || own.verdict_of_calls() >= Verdict::kMayRunCode) findings_.add(own);
}

/// Looks for pickles in bytes that nothing tells about: behind a PROTO, and where a line names a
/// module and the next a function as protocol 0 does.
void FileScan::search(std::span<const std::byte> bytes, std::size_t from, const std::string& label,
                      unsigned depth) {
  constexpr std::size_t kLongestName = 256;
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  };
  if (from >= bytes.size() || is_zero(bytes.subspan(from))) return;
  findings_.enter(label);
  const std::string_view text = as_text(bytes);
  for (std::size_t at = from; (at = text.find('\x80', at)) != text.npos; ++at) {
    if (search_budget_ == 0) return not_read("bytes that are too like pickles", at);
    if (has_proto(bytes, at)) try_at(bytes, at, false, label, depth);
  }
  for (std::size_t at = from; (at = text.find('\n', at)) != text.npos; ++at) {
    if (search_budget_ == 0) return not_read("bytes that are too like pickles", at);
    if (at + 1 >= text.size() || !is_name(text[at + 1])) continue;
    std::size_t begin = at;
    while (begin > from && at - begin < kLongestName && is_name(text[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < text.size() && end - at < kLongestName && is_name(text[end])) ++end;
    search_budget_ -= std::min<std::uint64_t>(search_budget_, (end - begin) / 16);
    if (end == text.size() || text[end] != '\n') continue;
    for (; begin + 1 < at; ++begin) {
      if (text[begin] == 'c' || text[begin] == 'i') try_at(bytes, begin, true, label, depth);
    }
  }
}

}  // namespace mlpctl::state
