#include "state/foreign_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/byte_reader.hpp"
#include "mlpctl/state/reader.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view what;
};

constexpr auto kPictures = std::to_array<Signature>({
    {0, "\x89PNG"sv, "a PNG picture, not a state file: give what torch.save wrote"},
    {0, "\xFF\xD8\xFF"sv, "a JPEG picture, not a state file: give what torch.save wrote"},
    {0, "GIF8"sv, "a GIF picture, not a state file: give what torch.save wrote"},
});

constexpr auto kSignatures = std::to_array<Signature>({
    {0, "version https://git-lfs"sv,
     "a Git LFS pointer, not the file that it stands for: run git lfs pull in its repository"},
    {0, "PYTORCH1"sv, "a PyTorch 1.0 preview file, which is not read: give what torch.save wrote"},
    {0, "PK\5\6"sv, "an empty zip archive: copy or download the file again"},
    {0, "\x1F\x8B"sv, "compressed with gzip: run gunzip on it first"},
    {0, "BZh"sv, "compressed with bzip2: run bunzip2 on it first"},
    {0, "\xFD\x37zXZ\0"sv, "compressed with xz: run unxz on it first"},
    {0, "\x28\xB5\x2F\xFD"sv, "compressed with Zstandard: run unzstd on it first"},
    {0, "7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive: unpack it first"},
    {0, "Rar!"sv, "a RAR archive: unpack it first"},
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

bool has_at(std::span<const std::byte> bytes, std::size_t at, std::string_view text) {
  return at <= bytes.size() && as_text(bytes.subspan(at)).starts_with(text);
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

/// The first by name of the files with one of these extensions; empty when there is none.
std::string first_file(const fs::path& folder, std::span<const std::string_view> extensions) {
  std::string first;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool one_of_them = std::ranges::any_of(
        extensions, [&](std::string_view extension) { return name.ends_with(extension); });
    if (one_of_them && (first.empty() || name < first)) first = name;
  }
  return first;
}

bool has(const fs::path& folder, const char* name) {
  std::error_code error;
  return fs::exists(folder / name, error);
}

/// The signature that a file begins with, or null.
const Signature* signature_of(std::span<const Signature> signatures,
                              std::span<const std::byte> bytes) {
  const auto found = std::ranges::find_if(
      signatures, [&](const Signature& each) { return has_at(bytes, each.at, each.bytes); });
  return found == signatures.end() ? nullptr : &*found;
}

/// What the file is and what to do, as the rest of a sentence.
std::string kind_of(std::span<const std::byte> bytes, std::span<const std::byte> sample) {
  if (const Signature* signature = signature_of(kSignatures, bytes)) {
    return std::string(signature->what);
  }
  if (is_onnx(bytes)) {
    return "an ONNX model: save the weights of the PyTorch model with torch.save";
  }
  if (is_markup(as_text(sample))) {
    return "a web page (HTML), not a state file: the download gave a page, use the file's own link";
  }
  if (is_printable(as_text(sample))) {
    return "a text file, not a state file: give what torch.save or safetensors wrote";
  }
  return "of an unknown kind: give what torch.save or safetensors wrote";
}

}  // namespace

void refuse_foreign(const Source& source) {
  constexpr std::size_t kSample = 4096;
  const auto bytes = source.bytes;
  const auto sample = bytes.first(std::min(kSample, bytes.size()));
  if (bytes.empty()) {
    throw source.error(ErrorCode::kCorruption, "is empty: copy or download it again");
  }
  if (std::ranges::all_of(sample, [](std::byte b) { return b == std::byte{}; })) {
    throw source.error(ErrorCode::kCorruption,
                       "holds zeros and no data: the copy or download failed, make it again");
  }
  if (const Signature* picture = signature_of(kPictures, bytes)) {
    throw PictureError(ErrorCode::kNotSupported, source.path + ": " + std::string(picture->what));
  }
  throw source.error(ErrorCode::kNotSupported, kind_of(bytes, sample));
}

std::string describe_folder(const std::string& path) {
  constexpr std::array<std::string_view, 1> shards{".distcp"};
  constexpr std::array<std::string_view, 5> states{".safetensors", ".pt", ".pth", ".bin", ".ckpt"};
  const fs::path folder(path);
  if (has(folder, ".metadata") || !first_file(folder, shards).empty()) {
    return "the folder of a torch.distributed.checkpoint: make one file of it with "
           "torch.distributed.checkpoint.format_utils.dcp_to_torch_save, which loads the pickle "
           ".metadata in it: only when a scan finds that harmless";
  }
  if (has(folder, "saved_model.pb")) {
    return "a TensorFlow SavedModel: save the weights with torch.save or safetensors";
  }
  if (has(folder, "data.pkl")) {
    return "the unpacked folder of a PyTorch file: pack it again with zip -0 -r, or copy the file";
  }
  const std::string state = first_file(folder, states);
  return state.empty() ? "is a folder, not a file"
                       : "is a folder, not a file: give a file in it, such as " + state;
}

}  // namespace mlpctl::state
