#include "state/signature.hpp"

#include <algorithm>
#include <array>

#include "base/byte_reader.hpp"

namespace mlpctl::state {
namespace {

using namespace std::string_view_literals;
using enum Signature::Content;

constexpr auto kNoState = ", not a state file: give what torch.save wrote"sv,
               kSaveWeights = ": save the weights with torch.save or safetensors"sv,
               kUnpack = ": unpack it first"sv,
               kGiveState = ", not a state file: give a .pt file"sv;

constexpr auto kSignatures = std::to_array<Signature>({
    {0, "\x89PNG"sv, "a PNG picture", kNoState, kPicture},
    {0, "\xFF\xD8\xFF"sv, "a JPEG picture", kNoState, kPicture},
    {0, "GIF8"sv, "a GIF picture", kNoState, kPicture},
    {0, "version https://git-lfs"sv, "a Git LFS pointer",
     ", not the file that it stands for: run git lfs pull in its repository", kInert},
    {0, "PYTORCH1"sv, "a PyTorch 1.0 preview file",
     ", which is not read: give what torch.save wrote", kOther},
    {0, "PK\5\6"sv, "an empty zip archive", ": copy or download the file again", kOther},
    {0, "\x1F\x8B"sv, "a file compressed with gzip", ": run gunzip on it first", kOther},
    {0, "BZh"sv, "a file compressed with bzip2", ": run bunzip2 on it first", kOther},
    {0, "\xFD\x37zXZ\0"sv, "a file compressed with xz", ": run unxz on it first", kOther},
    {0, "\x5D\0\0\x80\0"sv, "a file compressed with LZMA", ": run unlzma on it first", kOther},
    {0, "\x28\xB5\x2F\xFD"sv, "a file compressed with Zstandard", ": run unzstd on it first",
     kOther},
    {0, "\x04\x22\x4D\x18"sv, "a file compressed with LZ4", ": run unlz4 on it first", kOther},
    {0, "\x78\x01"sv, "a file compressed with zlib", "", kOther},
    {0, "\x78\x5E"sv, "a file compressed with zlib", "", kOther},
    {0, "\x78\x9C"sv, "a file compressed with zlib", "", kOther},
    {0, "\x78\xDA"sv, "a file compressed with zlib", "", kOther},
    {0, "7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive", kUnpack, kOther},
    {0, "Rar!"sv, "a RAR archive", kUnpack, kOther},
    {0, "MSCF"sv, "a cabinet archive", kUnpack, kOther},
    {0, "RIFF"sv, "a RIFF file (WebP, WAV)", kNoState, kInert},
    {0, "%PDF"sv, "a PDF document", kNoState, kOther},
    {0,
     "\x7F"
     "ELF"sv,
     "a program or library (ELF)", kNoState, kOther},
    {0, "MZ"sv, "a Windows program", kNoState, kOther},
    {0, "\x89HDF\r\n\x1A\n"sv, "an HDF5 file",
     ", as Keras writes: save the weights with torch.save or safetensors", kOther},
    {0, "\x93NUMPY"sv, "a NumPy array file", kSaveWeights, kOther},
    {0, "GGUF"sv, "a GGUF file", " of llama.cpp: give the PyTorch or safetensors file it came from",
     kOther},
    {4, "TFL3"sv, "a TensorFlow Lite model", kSaveWeights, kOther},
    {0, "\0\0\x08\x03"sv, "a file of MNIST images (IDX)", kGiveState, kInert},
    {0, "\0\0\x08\x01"sv, "a file of MNIST labels (IDX)", kGiveState, kInert},
});

}  // namespace

const Signature* signature_of(std::span<const std::byte> bytes) {
  const auto found = std::ranges::find_if(kSignatures, [&](const Signature& each) {
    return each.at <= bytes.size() && as_text(bytes.subspan(each.at)).starts_with(each.bytes);
  });
  return found != kSignatures.end() ? &*found : nullptr;
}

}  // namespace mlpctl::state
