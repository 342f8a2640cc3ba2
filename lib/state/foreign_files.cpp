#include "state/foreign_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/byte_reader.hpp"
#include "base/directory.hpp"
#include "mlpctl/state/reader.hpp"
#include "state/signature.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

namespace fs = std::filesystem;

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
std::string first_file(const std::vector<DirectoryEntry>& entries,
                       std::span<const std::string_view> extensions) {
  for (const DirectoryEntry& entry : entries) {
    for (const std::string_view extension : extensions) {
      if (entry.path.ends_with(extension)) return entry.name();
    }
  }
  return "";
}

bool has(const fs::path& folder, const char* name) {
  std::error_code error;
  return fs::exists(folder / name, error);
}

/// What the file is and what to do, as the rest of a sentence.
std::string kind_of(const Signature* signature, std::span<const std::byte> sample) {
  if (signature != nullptr && !signature->advice.empty()) {
    return std::string(signature->kind) + std::string(signature->advice);
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
  const Signature* signature = signature_of(bytes);
  const std::string kind = kind_of(signature, sample);
  if (signature != nullptr && signature->content == Signature::Content::kPicture) {
    throw PictureError(ErrorCode::kNotSupported, source.path + ": " + kind);
  }
  throw source.error(ErrorCode::kNotSupported, kind);
}

std::string describe_folder(const std::string& path) {
  constexpr std::array<std::string_view, 1> shards{".distcp"};
  constexpr std::array<std::string_view, 1> indices{".index.json"};
  constexpr std::array<std::string_view, 5> states{".safetensors", ".pt", ".pth", ".bin", ".ckpt"};
  const fs::path folder(path);
  const std::vector<DirectoryEntry> entries = entries_of(path);
  if (has(folder, ".metadata") || !first_file(entries, shards).empty()) {
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
  std::string state = first_file(entries, indices);
  if (state.empty()) state = first_file(entries, states);
  return state.empty() ? "is a folder, not a file"
                       : "is a folder, not a file: give a file in it, such as " + state;
}

}  // namespace mlpctl::state
