#include "mlpctl/state/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "state/container/reading.hpp"
#include "state/folder.hpp"
#include "state/sniff.hpp"

namespace mlpctl::state {
namespace {

/// How pickle.dump, which torch.save does not use, writes the storage of each tensor.
constexpr std::string_view kPickledStorage = "torch.storage._load_from_bytes";

const UnbuiltGlobal* first_dangerous(const StateFile& file) {
  for (const UnbuiltGlobal& global : file.unbuilt) {
    if (global.dangerous) return &global;
  }
  return nullptr;
}

Error malicious(Container container, const std::string& name) {
  const bool zip = container == Container::kZip || container == Container::kTorchScript;
  return Error(std::string(zip ? "its data.pkl" : "its pickle") + " calls " + name +
               ": this file is malicious; nothing of it was run");
}

[[noreturn]] void refuse_plain_pickle(Reading& reading) {
  ByteReader in(reading.source.bytes);
  try {
    reading.unpickle(in, [](const Node&) { return Node(); });
  } catch (const ByteReader::End&) {
    throw;
  } catch (const Error&) {
    // Whatever else is in it, it is a pickle; what it named so far is judged by the caller.
  }
  const auto of_checkpoint = [](const Global* global) {
    return global->module.starts_with("torch.distributed.checkpoint");
  };
  if (std::ranges::any_of(reading.globals.all(), of_checkpoint)) {
    throw Error(
        "the .metadata of a torch.distributed.checkpoint: make one file of its folder with "
        "torch.distributed.checkpoint.format_utils.dcp_to_torch_save");
  }
  throw Error(
      "a Python pickle that torch.save did not write: load it in Python and save the state_dict() "
      "with torch.save");
}

StateFile dispatch(Reading& reading, FileKind kind) {
  switch (kind) {
    case FileKind::kZip:
      return read_torch_zip(reading);
    case FileKind::kLegacy:
      return read_legacy(reading);
    case FileKind::kTar:
      return read_tar(reading);
    case FileKind::kSafetensors:
      return read_safetensors(reading);
    case FileKind::kPickle:
      refuse_plain_pickle(reading);
    case FileKind::kOther:
      break;
  }
  throw Error(describe_foreign(reading.source.bytes));
}

/// A broken pickle that names something dangerous is called what it is.
Error worst(const Reading& reading, FileKind kind, const Error& error) {
  for (const Global* global : reading.globals.all()) {
    if (kind == FileKind::kPickle && global->full_name() == kPickledStorage) continue;
    if (role_of(*global) == Role::kDangerous) {
      const bool zip = kind == FileKind::kZip;
      return malicious(zip ? Container::kZip : Container::kLegacy, global->full_name());
    }
  }
  return error;
}

}  // namespace

std::string_view name(Container container) {
  switch (container) {
    case Container::kZip:
      return "PyTorch zip";
    case Container::kTorchScript:
      return "TorchScript zip";
    case Container::kLegacy:
      return "PyTorch legacy stream";
    case Container::kTar:
      return "PyTorch tar";
    case Container::kSafetensors:
      return "safetensors";
  }
  return "";
}

StateFile open_state(const std::string& path, const ReadLimits& limits) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw Error(path + ": " + describe_folder(path));
  }
  const auto file = std::make_shared<const MappedFile>(path);
  return read_state({path, file->bytes(), file, file.get()}, limits);
}

StateFile read_state(Source source, const ReadLimits& limits) {
  const FileKind kind = sniff(source.bytes);
  Reading reading(std::move(source), limits);
  try {
    return dispatch(reading, kind);
  } catch (const Error& error) {
    reading.source.fail(worst(reading, kind, error).what());
  }
}

std::vector<NamedNode> list_leaves(const StateFile& file) {
  std::vector<NamedNode> leaves = list_leaves(file.root);
  if (!file.constants.is(Node::Kind::kTuple) || file.constants.items().empty()) return leaves;
  for (NamedNode& leaf : list_leaves(file.constants)) {
    leaves.push_back({"constants." + leaf.name, leaf.node});
  }
  return leaves;
}

void require_harmless(const StateFile& file) {
  if (const UnbuiltGlobal* global = first_dangerous(file)) {
    throw Error(file.path + ": " + malicious(file.container, global->name).what());
  }
}

}  // namespace mlpctl::state
