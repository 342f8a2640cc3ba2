#include "mlpctl/state/writer.hpp"

#include <filesystem>

#include "base/atomic_file.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"
#include "state/container/legacy_writer.hpp"
#include "state/container/safetensors_writer.hpp"
#include "state/pickle/pickler.hpp"
#include "state/zip/writer.hpp"

namespace mlpctl::state {
namespace {

// torch.save names the top folder after the file, or "archive" when it writes to a buffer; the
// second keeps the bytes the same whatever the file is called.
constexpr std::string_view kTop = "archive";

// The top object is a plain dict where torch.save writes an OrderedDict: Python takes both, but C++
// torch::pickle_load takes only the dict (of an OrderedDict it gives None or an error).
//
// data.pkl comes first because PyTorch takes the top folder from the first entry; the storages
// follow one another in the order of first use, so that config.load.calculate_storage_offsets,
// which .format_version permits, finds them without reading the directory.
void write_pt(AtomicFile& file, const Value& root, const std::string& metadata) {
  const Pickled pickled = pickle(root, StorageIds::kZip);
  ZipWriter zip(file, kTop);
  zip.add("data.pkl", pickled.bytes);
  zip.add(".format_version", "1");
  zip.add(".storage_alignment", "64");
  zip.add("byteorder", "little");
  for (std::size_t i = 0; i < pickled.storages.size(); ++i) {
    zip.add("data/" + std::to_string(i), pickled.storages[i].bytes);
  }
  zip.add("version", "3\n");
  if (!metadata.empty()) zip.add("mlpctl.json", metadata);
  zip.finish();
}

bool is_state_file(const std::string& path) {
  try {
    open_state(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::string_view format_name(OutputFormat format) {
  switch (format) {
    case OutputFormat::kPt:
      return "pt";
    case OutputFormat::kLegacy:
      return "legacy";
    case OutputFormat::kSafetensors:
      return "safetensors";
  }
  return "";
}

OutputFormat output_format(const std::string& path, std::string_view name) {
  for (const auto format : {OutputFormat::kPt, OutputFormat::kLegacy, OutputFormat::kSafetensors}) {
    if (name == format_name(format)) return format;
  }
  if (!name.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "there is no format " + std::string(name) +
                                                 "; the formats are pt, legacy and safetensors");
  }
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".pt" || extension == ".pth") return OutputFormat::kPt;
  if (extension == ".safetensors") return OutputFormat::kSafetensors;
  throw Error(
      ErrorCode::kInvalidArgument,
      path + ": the extension names no format; use .pt, .pth or .safetensors, or give `format`");
}

void check_replaceable(const std::string& path) {
  std::error_code error;
  // Nothing is there, or what AtomicFile refuses whatever is forced.
  if (!std::filesystem::is_regular_file(path, error)) return;
  if (std::filesystem::file_size(path, error) == 0 || is_state_file(path)) return;
  throw Error(path + ": exists and is not a state file; choose another name, or pass `force`");
}

void write_state(const std::string& path, const Value& root, const WriteOptions& options) {
  if (!options.force) check_replaceable(path);
  AtomicFile file(path);
  switch (options.format) {
    case OutputFormat::kPt:
      write_pt(file, root, options.metadata);
      break;
    case OutputFormat::kLegacy:
      write_legacy(file, root, options.metadata);
      break;
    case OutputFormat::kSafetensors:
      write_safetensors(file, root, options.metadata);
      break;
  }
  file.commit();
}

}  // namespace mlpctl::state
