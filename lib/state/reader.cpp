#include "mlpctl/state/reader.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/input_file.hpp"
#include "state/container/legacy.hpp"
#include "state/container/read_context.hpp"
#include "state/container/safetensors.hpp"
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

/// It is never said that Python may load it: that is for who has looked into it to say.
std::string about_plain_pickle(const Findings& findings) {
  const std::string what = "a Python pickle that torch.save did not write";
  for (const Finding& finding : findings.all()) {
    if (finding.verdict != Verdict::kMayRunCode) continue;
    if (finding.act == Finding::Act::kNotRead || finding.act == Finding::Act::kBroken) continue;
    return what + ", and it " + sentence(finding) +
           ", which may run code: give what torch.save or safetensors wrote";
  }
  return what + ": give what torch.save or safetensors wrote";
}

/// Reads what can be read of it, for the names in it, and throws.
StateFile refuse_plain_pickle(ReadContext& context) {
  ByteReader in(context.source.bytes);
  try {
    context.unpickle(in, [](const Node&) { return Node(); });
  } catch (const ByteReader::End&) {
    throw;
  } catch (const Error&) {
    // Whatever else is in it, it is a pickle; what it named so far is judged by the caller.
  }
  const auto of_checkpoint = [](const Global* global) {
    return global->module.starts_with("torch.distributed.checkpoint");
  };
  const bool inspected = context.findings.verdict() <= Verdict::kNeedsCode;
  if (inspected && std::ranges::any_of(context.globals.all(), of_checkpoint)) {
    throw Error(ErrorCode::kNotSupported,
                "the .metadata of a torch.distributed.checkpoint: make one file of its folder with "
                "torch.distributed.checkpoint.format_utils.dcp_to_torch_save");
  }
  throw Error(ErrorCode::kNotSupported, about_plain_pickle(context.findings));
}

/// Protocols 0 and 1 begin with no byte of their own: a pickle is what can be followed as one.
bool is_text_pickle(std::span<const std::byte> bytes) {
  if (bytes.empty()) return false;
  Findings findings;
  const auto result = PickleScan(findings, bytes.size()).run(bytes);
  const bool whole = result.ending == PickleScan::Ending::kStop && result.end > 1;
  return whole || findings.verdict_of_calls() >= Verdict::kMayRunCode;
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
    Format{is_pickle, refuse_plain_pickle, Container::kLegacy},
    Format{is_text_pickle, refuse_plain_pickle, Container::kLegacy},
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
  ReadContext context(std::move(source), limits);
  context.nested = [&context](std::span<const std::byte> bytes) {
    FileScan(context.findings, "").part(bytes, "bytes", 1);
  };
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
  }
  return "";
}

StateFile open_state(const std::string& path, const ReadLimits& limits) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw Error(ErrorCode::kNotSupported, path + ": " + describe_folder(path));
  }
  const auto file = std::make_shared<const InputFile>(path);
  return read({path, file->bytes(), file, file.get()}, limits);
}

StateFile read_state(std::span<const std::byte> bytes, std::string name,
                     std::shared_ptr<const void> owner, const ReadLimits& limits) {
  return read({std::move(name), bytes, std::move(owner)}, limits);
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
  if (file.danger.empty()) return;
  throw Error(ErrorCode::kCorruption,
              file.path + ": " + malicious(pickle_in(file.container), file.danger));
}

}  // namespace mlpctl::state
