#include "state/container/torch_zip.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string_view>

#include "state/pickle/pickler.hpp"
#include "state/pickle/storage_table.hpp"
#include "state/zip/archive.hpp"
#include "state/zip/local_header.hpp"
#include "state/zip/writer.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kSmallRecord = 64, kMaxInfo = std::size_t{1} << 20U;
constexpr int kLastVersion = 10;

// torch.save names the top folder after the file, or "archive" when it writes to a buffer; the
// second keeps the bytes the same whatever the file is called.
constexpr std::string_view kTop = "archive";

void check_version(const ZipArchive& archive) {
  if (archive.find("version") == nullptr) {
    throw damaged_zip("its record version is missing");
  }
  const std::string text = archive.text("version", kSmallRecord);
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  const std::string_view rest(end, text.data() + text.size());
  if (error != std::errc() || version < 1 || !(rest.empty() || rest == "\n")) {
    throw damaged_zip("its record version is no version");
  }
  if (version > kLastVersion) {
    throw Error(ErrorCode::kNotSupported,
                "written in PyTorch's archive version " + std::to_string(version) +
                    ", newer than this program knows: save it again with torch.save");
  }
}

std::endian byte_order(const ZipArchive& archive) {
  if (archive.find("byteorder") == nullptr) return std::endian::little;
  const std::string order = archive.text("byteorder", kSmallRecord);
  if (order != "little" && order != "big") throw damaged_zip("its byteorder is neither");
  return order == "big" ? std::endian::big : std::endian::little;
}

/// "0", and "0.storage" in files of the lite interpreter.
bool is_storage_key(std::string_view key) {
  constexpr std::string_view kLite = ".storage";
  if (key.ends_with(kLite)) key.remove_suffix(kLite.size());
  return !key.empty() && std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
}

/// folder: where the archive keeps the storages of the pickle that is read, "data/" of data.pkl.
std::shared_ptr<const Storage> find_storage(const std::shared_ptr<const ZipArchive>& archive,
                                            const std::string& folder, const StorageId& id,
                                            std::endian order) {
  const std::string name = folder + std::string(id.key);
  const ZipRecord* record = is_storage_key(id.key) ? archive->find(name) : nullptr;
  if (record == nullptr) {
    if (id.location == "meta") return nullptr;
    throw damaged_zip("its record " + name + " is missing");
  }
  if (record->size != id.bytes) {
    throw damaged_zip("its record " + name + " has " + grouped(record->size) + " bytes and not " +
                      grouped(id.bytes));
  }
  return std::make_shared<ZipStorage>(archive, *record, order);
}

[[noreturn]] void refuse_without_pickle(const ZipArchive& archive) {
  if (archive.find("model.json") != nullptr) {
    throw Error(ErrorCode::kNotSupported,
                "a TorchScript module of PyTorch 1.3 or older, which is not read: give the model's "
                "state_dict() as torch.save or safetensors wrote it");
  }
  if (archive.find("archive_format") != nullptr) {
    throw Error(ErrorCode::kNotSupported,
                "a program that torch.export saved (.pt2): save the model's state_dict() instead");
  }
  if (archive.find(".data/extern_modules") != nullptr) {
    throw Error(
        ErrorCode::kNotSupported,
        "a torch.package archive, which is code and weights in one: give the model's state_dict() "
        "as torch.save or safetensors wrote it");
  }
  throw Error(
      ErrorCode::kNotSupported,
      "a zip archive without data.pkl, so no state file: give the file that torch.save wrote");
}

/// stem: "data" of data.pkl.
Node read_pickle(ReadContext& context, const std::shared_ptr<const ZipArchive>& archive,
                 const ZipRecord& record, const std::string& stem) {
  if (record.size > context.limits.pickle_bytes) {
    throw Error(ErrorCode::kNotSupported, "its " + stem + ".pkl of " + grouped(record.size) +
                                              " bytes is larger than that of any real state file");
  }
  const Payload payload = archive->payload(record);
  context.arena->keep(payload.owner);
  const std::endian order = byte_order(*archive);
  StorageTable storages(*context.arena, [&](const StorageId& id) {
    return find_storage(archive, stem + "/", id, order);
  });
  ByteReader in(payload.bytes);
  const Node root = context.unpickle(in, [&](const Node& id) { return storages.get(id); });
  if (in.left() > 0) throw damaged_zip("bytes follow the end of its " + stem + ".pkl");
  return root;
}

/// What the file would be long, from the storages that its data.pkl names; 0 when data.pkl is not
/// the first record or is cut off itself.
std::uint64_t whole_size(const Source& source, const ReadLimits& limits) {
  constexpr std::uint64_t kAlignment = 64, kPerRecord = 160, kPerFile = 1200;
  try {
    ByteReader in(source.bytes, 26);
    const auto name = in.number<std::uint16_t>(), extra = in.number<std::uint16_t>();
    if (!in.text(name).ends_with("/data.pkl")) return 0;
    in.take(extra);
    ReadContext context(source, limits);
    std::uint64_t records = 0;
    StorageTable storages(*context.arena, [&](const StorageId&) {
      ++records;
      return std::shared_ptr<const Storage>();
    });
    context.unpickle(in, [&](const Node& id) { return storages.get(id); });
    return in.position() + storages.total_bytes() + records * (kAlignment / 2 + kPerRecord) +
           kPerFile;
  } catch (const Error&) {
    return 0;
  }
}

std::shared_ptr<const ZipArchive> open_archive(const ReadContext& context) {
  try {
    return std::make_shared<ZipArchive>(context.source, context.limits);
  } catch (const CutOff&) {
    throw cut_off_of_about(context.source.bytes.size(), whole_size(context.source, context.limits));
  }
}

}  // namespace

bool is_torch_zip(std::span<const std::byte> bytes) {
  return as_text(bytes).starts_with("PK\3\4");
}

StateFile read_torch_zip(ReadContext& context) {
  const auto archive = open_archive(context);
  const ZipRecord* data = archive->find("data.pkl");
  if (data == nullptr) refuse_without_pickle(*archive);
  const Node root = read_pickle(context, archive, *data, "data");
  check_version(*archive);
  const ZipRecord* constants = archive->find("constants.pkl");
  const bool script = constants != nullptr || archive->has_folder("code");
  const Node frozen =
      constants == nullptr ? Node() : read_pickle(context, archive, *constants, "constants");
  StateFile file = context.finish(script ? Container::kTorchScript : Container::kZip, root);
  file.constants = frozen;
  file.mlpctl_json = archive->text("mlpctl.json", kMaxInfo);
  return file;
}

// The top object is a plain dict where torch.save writes an OrderedDict: Python takes both, but C++
// torch::pickle_load takes only the dict (of an OrderedDict it gives None or an error).
//
// data.pkl comes first because PyTorch takes the top folder from the first entry; the storages
// follow one another in the order of first use, so that config.load.calculate_storage_offsets,
// which .format_version permits, finds them without reading the directory.
void write_torch_zip(AtomicFile& file, const Value& root, const WriteOptions& options) {
  const Pickled pickled = pickle(root, StorageIds::kZip);
  ZipWriter zip(file, kTop);
  zip.add("data.pkl", pickled.bytes);
  zip.add(".format_version", "1");
  zip.add(".storage_alignment", "64");
  zip.add("byteorder", "little");
  for (std::size_t i = 0; i < pickled.storages.size(); ++i) {
    zip.add("data/" + std::to_string(i), pickled.storages[i].values, options.written);
  }
  zip.add("version", "3\n");
  if (!options.metadata.empty()) zip.add("mlpctl.json", options.metadata);
  zip.finish();
}

}  // namespace mlpctl::state
