#include "mlpctl/state/reader.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/input_file.hpp"
#include "base/tar_header.hpp"
#include "state/container/legacy.hpp"
#include "state/container/onnx.hpp"
#include "state/container/python_pickle.hpp"
#include "state/container/read_context.hpp"
#include "state/container/safetensors.hpp"
#include "state/container/shard_index.hpp"
#include "state/container/tar.hpp"
#include "state/container/torch_zip.hpp"
#include "state/file_scan.hpp"
#include "state/foreign_files.hpp"

namespace mlpctl::state {
namespace {

/// pickle: "data.pkl" or "pickle"; danger: "calls posix.system".
std::string malicious(std::string_view pickle, const std::string& danger) {
  return "its " + std::string(pickle) + " " + danger +
         ": this file is malicious; nothing of it was run";
}

std::string_view pickle_in(Container container) {
  const bool zip = container == Container::kZip || container == Container::kTorchScript;
  return zip ? "data.pkl" : "pickle";
}

StateFile read(Source source, const ReadLimits& limits);

StateFile open_file(const std::string& path, std::uint64_t read_whole, const ReadLimits& limits) {
  const auto file = std::make_shared<const InputFile>(path, read_whole);
  return read({path, file->bytes(), file, file.get()}, limits);
}

/// Of shards only small ones are read into memory: there may be hundreds.
StateFile read_shards(ReadContext& context) {
  if (context.source.file == nullptr) {
    throw Error(ErrorCode::kNotSupported, "an index of shards: it is read from its file alone");
  }
  constexpr std::uint64_t kReadWhole = std::uint64_t{1} << 20U;
  return read_shard_index(context, [&](const std::string& path) {
    const std::string first = first_bytes_of(path, kReadWhole);
    if (is_shard_index(as_byte_span(first))) {
      throw Error(ErrorCode::kCorruption, "an index of shards that names an index: " + path);
    }
    return open_file(path, kReadWhole, context.limits);
  });
}

/// A kind of file that the first bytes tell; its name is never looked at.
struct Format {
  bool (*is_a)(std::span<const std::byte> bytes);
  StateFile (*read)(ReadContext& context);
  Container container;
};

constexpr std::array kFormats{
    Format{is_torch_zip, read_torch_zip, Container::kZip},
    Format{is_legacy, read_legacy, Container::kLegacy},
    Format{is_tar, read_tar, Container::kTar},
    Format{is_safetensors, read_safetensors, Container::kSafetensors},
    Format{is_onnx, read_onnx, Container::kOnnx},
    Format{is_pickle, read_python_pickle, Container::kPickle},
    Format{is_shard_index, read_shards, Container::kShards},
    Format{is_text_pickle, read_python_pickle, Container::kPickle},
};

/// A broken pickle that calls something dangerous is called what it is.
Error worst(const ReadContext& context, const Format& format, const Error& error) {
  if (const std::string danger = danger_in(context.findings); !danger.empty()) {
    return context.source.error(ErrorCode::kCorruption,
                                malicious(pickle_in(format.container), danger));
  }
  return context.source.error(error.code(), error.what());
}

StateFile read(Source source, const ReadLimits& limits) {
  const auto format =
      std::ranges::find_if(kFormats, [&](const Format& each) { return each.is_a(source.bytes); });
  if (format == kFormats.end()) refuse_foreign(source);
  const ReadLimits grown = limits.for_file(source.bytes.size());
  ReadContext context(std::move(source), grown);
  context.nested = [&context](std::span<const std::byte> bytes) {
    FileScan(context.findings, "").part(bytes, "bytes", 1);
  };
  context.load_storage = storages_in_pickle(context);
  try {
    StateFile file = format->read(context);
    context.source.check_unchanged();
    return file;
  } catch (const Error& error) {
    // What was changed meanwhile may look like anything.
    context.source.check_unchanged();
    throw worst(context, *format, error);
  }
}

}  // namespace

std::string_view to_string(Container container) {
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
    case Container::kOnnx:
      return "ONNX";
    case Container::kShards:
      return "index of shards";
    case Container::kPickle:
      return "Python pickle";
  }
  return "";
}

StateFile open_state(const std::string& path, const ReadLimits& limits) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw Error(ErrorCode::kNotSupported, path + ": " + describe_folder(path));
  }
  return open_file(path, InputFile::kReadWhole, limits);
}

StateFile read_state(std::span<const std::byte> bytes, std::string name,
                     std::shared_ptr<const void> owner, const ReadLimits& limits) {
  return read({std::move(name), bytes, std::move(owner)}, limits);
}

std::vector<NamedNode> list_leaves(const StateFile& file) {
  std::vector<NamedNode> leaves = list_leaves(file, file.root);
  if (!file.constants.is(Node::Kind::kTuple) || file.constants.items().empty()) return leaves;
  for (NamedNode& leaf : list_leaves(file, file.constants)) {
    leaves.push_back({"constants." + leaf.name, leaf.node});
  }
  return leaves;
}

std::vector<NamedNode> list_leaves(const StateFile& file, const Node& part,
                                   const std::function<bool(const Node&)>& is_leaf) {
  try {
    return list_leaves(part, is_leaf, file.limits);
  } catch (const Error& error) {
    throw Error(error.code(), file.path + ": " + error.what());
  }
}

std::vector<NamedTensor> list_tensors(const StateFile& file) {
  return tensors_among(list_leaves(file, file.root));
}

void require_harmless(const StateFile& file) {
  if (file.danger.empty()) return;
  throw Error(ErrorCode::kCorruption,
              file.path + ": " + malicious(pickle_in(file.container), file.danger));
}

}  // namespace mlpctl::state
