#include "state/sniff.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "state/value/byte_reader.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using namespace std::string_view_literals;

/// The pickle of torch's magic number 0x1950a86a20f9469cfc6c, behind the protocol (and the frame).
constexpr auto kMagic = "\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19\x2E"sv;
constexpr auto kMagicProtocol1 = "L119547037146038801333356L\n."sv;

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view what;
};

constexpr auto kSignatures = std::to_array<Signature>({
    {0, "version https://git-lfs"sv,
     "a Git LFS pointer, not the file that it stands for: run git lfs pull in its repository"},
    {0, "PYTORCH1"sv, "a PyTorch 1.0 preview file: save it again with torch.save"},
    {0, "PK\5\6"sv, "an empty zip archive: copy or download the file again"},
    {0, "\x1F\x8B"sv, "compressed with gzip: run gunzip on it first"},
    {0, "BZh"sv, "compressed with bzip2: run bunzip2 on it first"},
    {0, "\xFD\x37zXZ\0"sv, "compressed with xz: run unxz on it first"},
    {0, "\x28\xB5\x2F\xFD"sv, "compressed with Zstandard: run unzstd on it first"},
    {0, "7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive: unpack it first"},
    {0, "Rar!"sv, "a RAR archive: unpack it first"},
    {0, "\x89PNG"sv, "a PNG picture, not a state file: mlpctl predict takes pictures"},
    {0, "\xFF\xD8\xFF"sv, "a JPEG picture, not a state file: mlpctl predict takes pictures"},
    {0, "GIF8"sv, "a GIF picture, not a state file: mlpctl predict takes pictures"},
    {0, "RIFF"sv, "a RIFF file (WebP, WAV), not a state file: give what torch.save wrote"},
    {0, "%PDF"sv, "a PDF document, not a state file: give what torch.save wrote"},
    {0,
     "\x7F"
     "ELF"sv,
     "a program or library (ELF), not a state file: give what torch.save wrote"},
    {0, "MZ"sv, "a Windows program, not a state file: give what torch.save wrote"},
    {0, "\x89HDF\r\n\x1A\n"sv,
     "an HDF5 file, as Keras writes: save the weights with torch.save or safetensors"},
    {0, "\x93NUMPY"sv, "a NumPy array file: save the weights with torch.save or safetensors"},
    {0, "GGUF"sv, "a GGUF file of llama.cpp: give the PyTorch or safetensors file it came from"},
    {4, "TFL3"sv, "a TensorFlow Lite model: save the weights with torch.save or safetensors"},
    {0, "\0\0\x08\x03"sv, "a file of MNIST images (IDX), not a state file: give a .pt file"},
    {0, "\0\0\x08\x01"sv, "a file of MNIST labels (IDX), not a state file: give a .pt file"},
});

bool has_at(std::span<const std::byte> bytes, std::size_t at, std::string_view wanted) {
  return at <= bytes.size() && as_text(bytes.subspan(at)).starts_with(wanted);
}

bool is_pickle(std::span<const std::byte> bytes) {
  return bytes.size() > 2 && bytes[0] == std::byte{0x80} && bytes[1] >= std::byte{2} &&
         bytes[1] <= std::byte{5};
}

bool is_legacy(std::span<const std::byte> bytes) {
  constexpr std::size_t kProto = 2, kFrame = 9;
  if (has_at(bytes, 0, kMagicProtocol1)) return true;
  if (!is_pickle(bytes)) return false;
  const bool framed = bytes[kProto] == std::byte{0x95};
  return has_at(bytes, framed ? kProto + kFrame : kProto, kMagic);
}

/// A length and then a JSON object: the length need not fit, a cut-off file is one too.
bool is_safetensors(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kMaxHeader = 100'000'000;
  return bytes.size() > 8 && bytes[8] == std::byte{'{'} &&
         load_le<std::uint64_t>(bytes, 0) <= kMaxHeader;
}

/// A protobuf message that begins with ir_version and goes on with a field of ModelProto.
bool is_onnx(std::span<const std::byte> bytes) {
  if (bytes.size() < 4 || bytes[0] != std::byte{0x08} || bytes[1] > std::byte{0x20}) return false;
  constexpr auto fields = "\x12\x1A\x22\x3A\x42"sv;
  return fields.find(static_cast<char>(bytes[2])) != fields.npos;
}

bool is_markup(std::string_view text) {
  const std::size_t at = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (at == text.npos || text[at] != '<') return false;
  const char next = at + 1 < text.size() ? text[at + 1] : '\0';
  return next == '!' || next == '?' || (next >= 'A' && next <= 'Z') || (next >= 'a' && next <= 'z');
}

/// Bytes that continue a character of UTF-8 may be missing where the sample ends.
bool is_printable(std::string_view text) {
  constexpr std::size_t kLongestCharacter = 4;
  const bool printable = std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7F : c == '\n' || c == '\r' || c == '\t';
  });
  if (!printable) return false;
  if (text.empty() || static_cast<unsigned char>(text[0]) < 0x80) return true;
  for (std::size_t cut = 0; cut < std::min(kLongestCharacter, text.size()); ++cut) {
    if (is_utf8(text.substr(0, text.size() - cut))) return true;
  }
  return false;
}

/// "model.safetensors.index.json" and its like list the files of a model in parts.
bool is_shard_index(std::string_view text) {
  return text.starts_with('{') && text.find("\"weight_map\"") != text.npos;
}

}  // namespace

FileKind sniff(std::span<const std::byte> bytes) {
  if (has_at(bytes, 0, "PK\3\4")) return FileKind::kZip;
  if (is_legacy(bytes)) return FileKind::kLegacy;
  if (has_at(bytes, 257, "ustar")) return FileKind::kTar;
  if (is_safetensors(bytes)) return FileKind::kSafetensors;
  return is_pickle(bytes) ? FileKind::kPickle : FileKind::kOther;
}

std::string describe_foreign(std::span<const std::byte> bytes) {
  constexpr std::size_t kSample = 4096, kIndex = std::size_t{1} << 20U;
  const auto sample = bytes.first(std::min(kSample, bytes.size()));
  if (bytes.empty()) return "is empty: copy or download it again";
  if (std::ranges::all_of(sample, [](std::byte b) { return b == std::byte{}; })) {
    return "holds zeros and no data: the copy or download failed, make it again";
  }
  for (const Signature& signature : kSignatures) {
    if (has_at(bytes, signature.at, signature.bytes)) return std::string(signature.what);
  }
  if (is_onnx(bytes)) {
    return "an ONNX model: save the weights of the PyTorch model with torch.save";
  }
  if (is_markup(as_text(sample))) {
    return "a web page (HTML), not a state file: the download gave a page, use the file's own link";
  }
  if (is_shard_index(as_text(bytes.first(std::min(kIndex, bytes.size()))))) {
    return "the index of a model in several files: give one of the files that it names";
  }
  if (is_printable(as_text(sample))) {
    return "a text file, not a state file: give what torch.save or safetensors wrote";
  }
  return "of an unknown kind: give what torch.save or safetensors wrote";
}

}  // namespace mlpctl::state
