#include <algorithm>
#include <charconv>

#include "state/container/reading.hpp"
#include "state/pickle/storage_table.hpp"
#include "state/value/checked.hpp"
#include "state/zip/archive.hpp"
#include "state/zip/local_header.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kSmallRecord = 64, kMaxInfo = std::size_t{1} << 20U;
constexpr int kLastVersion = 10;

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
    throw Error("written in PyTorch's archive version " + std::to_string(version) +
                ", newer than this program knows: save it again with torch.save");
  }
}

bool is_big_endian(const ZipArchive& archive) {
  if (archive.find("byteorder") == nullptr) return false;
  const std::string order = archive.text("byteorder", kSmallRecord);
  if (order != "little" && order != "big") throw damaged_zip("its byteorder is neither");
  return order == "big";
}

bool is_number(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
}

/// folder: where the archive keeps the storages of the pickle that is read, "data/" of data.pkl.
std::shared_ptr<const Storage> find_storage(const std::shared_ptr<const ZipArchive>& archive,
                                            const std::string& folder, const StorageId& id,
                                            bool big_endian) {
  const std::string name = folder + std::string(id.key);
  const ZipRecord* record = is_number(id.key) ? archive->find(name) : nullptr;
  if (record == nullptr) {
    if (id.location == "meta") return nullptr;
    throw damaged_zip("its record " + name + " is missing");
  }
  if (record->size != id.bytes) {
    throw damaged_zip("its record " + name + " has " + grouped(record->size) + " bytes and not " +
                      grouped(id.bytes));
  }
  return std::make_shared<ZipStorage>(archive, *record, big_endian);
}

[[noreturn]] void refuse_without_pickle(const ZipArchive& archive) {
  if (archive.find("model.json") != nullptr) {
    throw Error(
        "a TorchScript module of PyTorch 1.3 or older: load it there and save its state_dict()");
  }
  if (archive.find("archive_format") != nullptr) {
    throw Error("a program that torch.export saved (.pt2): save the model's state_dict() instead");
  }
  if (archive.find(".data/extern_modules") != nullptr) {
    throw Error(
        "a torch.package archive: load it in Python with torch.package.PackageImporter and save "
        "the model's state_dict()");
  }
  throw Error(
      "a zip archive without data.pkl, so no state file: give the file that torch.save wrote");
}

/// stem: "data" of data.pkl.
Node read_pickle(Reading& reading, const std::shared_ptr<const ZipArchive>& archive,
                 const ZipRecord& record, const std::string& stem) {
  if (record.size > reading.limits.pickle_bytes) {
    throw Error("its " + stem + ".pkl of " + grouped(record.size) +
                " bytes is larger than that of any real state file");
  }
  const Payload payload = archive->payload(record);
  reading.arena->keep(payload.owner);
  const bool big_endian = is_big_endian(*archive);
  StorageTable storages(*reading.arena, [&](const StorageId& id) {
    return find_storage(archive, stem + "/", id, big_endian);
  });
  ByteReader in(payload.bytes);
  const Node root = reading.unpickle(in, [&](const Node& id) { return storages.get(id); });
  if (in.left() > 0) throw damaged_zip("bytes follow the end of its " + stem + ".pkl");
  return root;
}

/// What the file would be long, from the storages that its data.pkl names; 0 when data.pkl is not
/// the first record or is cut off itself.
std::uint64_t wanted_size(const Source& source, const ReadLimits& limits) {
  constexpr std::uint64_t kAlignment = 64, kPerRecord = 160, kPerFile = 1200;
  try {
    ByteReader in(source.bytes, 26);
    const auto name = in.number<std::uint16_t>(), extra = in.number<std::uint16_t>();
    if (!in.text(name).ends_with("/data.pkl")) return 0;
    in.take(extra);
    Reading reading(source, limits);
    std::uint64_t records = 0;
    StorageTable storages(*reading.arena, [&](const StorageId&) {
      ++records;
      return std::shared_ptr<const Storage>();
    });
    reading.unpickle(in, [&](const Node& id) { return storages.get(id); });
    return in.position() + storages.total_bytes() + records * (kAlignment / 2 + kPerRecord) +
           kPerFile;
  } catch (const Error&) {
    return 0;
  }
}

std::shared_ptr<const ZipArchive> open_archive(const Reading& reading) {
  try {
    return std::make_shared<ZipArchive>(reading.source, reading.limits);
  } catch (const CutOff&) {
    throw cut_off(reading.source.bytes.size(), wanted_size(reading.source, reading.limits), false);
  }
}

}  // namespace

StateFile read_torch_zip(Reading& reading) {
  const auto archive = open_archive(reading);
  const ZipRecord* data = archive->find("data.pkl");
  if (data == nullptr) refuse_without_pickle(*archive);
  const Node root = read_pickle(reading, archive, *data, "data");
  check_version(*archive);
  const ZipRecord* constants = archive->find("constants.pkl");
  const bool script = constants != nullptr || archive->has_folder("code");
  const Node frozen =
      constants == nullptr ? Node() : read_pickle(reading, archive, *constants, "constants");
  list_leaves(frozen, reading.limits);  // refuses what no walk could get through
  StateFile file = reading.finish(script ? Container::kTorchScript : Container::kZip, root);
  file.constants = frozen;
  file.mlpctl_json = archive->text("mlpctl.json", kMaxInfo);
  return file;
}

}  // namespace mlpctl::state
