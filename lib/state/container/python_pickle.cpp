#include "state/container/python_pickle.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "state/container/legacy.hpp"

namespace mlpctl::state {
namespace {

/// It is never said that Python may load it: that is for who has looked into it to say.
std::string about_plain_pickle(const Findings& findings) {
  const std::string what = "a Python pickle that torch.save did not write, and without tensors";
  for (const Finding& finding : findings.all()) {
    if (finding.verdict != Verdict::kMayRunCode) continue;
    if (finding.act == Finding::Act::kNotRead || finding.act == Finding::Act::kBroken) continue;
    return what + ", and it " + sentence(finding) +
           ", which may run code: give what torch.save or safetensors wrote";
  }
  return what + ": give what torch.save or safetensors wrote";
}

[[noreturn]] void refuse_without_tensors(const ReadContext& context) {
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

/// The root, or nothing where the pickle is no state and not worth a sentence of its own.
std::optional<Node> root_of(ReadContext& context, ByteReader& in) {
  try {
    return context.unpickle(in);
  } catch (const ByteReader::End&) {
    throw;
  } catch (const Error&) {
    // Whatever else is in it, it is a pickle; what it called so far is judged by the caller.
    if (context.arena->has_tensors()) throw;
    return std::nullopt;
  }
}

bool lies_in(std::span<const std::byte> part, std::span<const std::byte> whole) {
  const std::less_equal<> before;
  return before(whole.data(), part.data()) &&
         before(part.data() + part.size(), whole.data() + whole.size());
}

/// Bytes that the file has only in another form, as text, are copied: tensors outlive the arena.
Source source_of(const ReadContext& context, std::span<const std::byte> bytes) {
  Source part = context.source;
  part.bytes = bytes;
  if (lies_in(bytes, context.source.bytes)) return part;
  context.arena->charge(bytes.size());
  const auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
  part.bytes = *copy;
  part.owner = copy;
  part.file = nullptr;
  return part;
}

}  // namespace

bool is_text_pickle(std::span<const std::byte> bytes) {
  if (bytes.empty()) return false;
  Findings findings;
  const auto result = PickleScan(findings, bytes.size()).run(bytes);
  const bool whole = result.ending == PickleScan::Ending::kStop && result.end > 1;
  return whole || (result.called && findings.verdict_of_calls() >= Verdict::kMayRunCode);
}

StateFile read_python_pickle(ReadContext& context) {
  ByteReader in(context.source.bytes);
  const std::optional<Node> root = root_of(context, in);
  if (!root || !context.arena->has_tensors()) refuse_without_tensors(context);
  if (in.left() > 0) {
    throw Error(ErrorCode::kNotSupported,
                "a Python pickle that other data follows: give each pickle as a file of its own");
  }
  return context.finish(Container::kPickle, *root);
}

Unpickler::StorageLoad storages_in_pickle(ReadContext& context) {
  return [&context, known = std::map<const std::byte*, Node>()](
             std::span<const std::byte> bytes) mutable -> std::optional<Node> {
    if (!is_legacy(bytes)) return std::nullopt;
    const auto [entry, added] = known.try_emplace(bytes.data());
    if (added) {
      ReadContext part(source_of(context, bytes), context);
      entry->second = read_legacy_contents(part).root;
    }
    return entry->second;
  };
}

}  // namespace mlpctl::state
