#include "state/container/read_context.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace mlpctl::state {
namespace {

Error cut_off_after(std::uint64_t size, const std::string& of_what) {
  return Error(ErrorCode::kCorruption,
               "cut off: " + grouped(size) + " bytes" + of_what + ": download or copy it again");
}

/// A pickle may also reach for what it does not name.
void mark_dangers(const Findings& findings, std::vector<UnbuiltGlobal>& unbuilt) {
  for (const Finding& finding : findings.all()) {
    if (finding.verdict != Verdict::kDangerous) continue;
    const auto known = std::ranges::find(unbuilt, finding.name, &UnbuiltGlobal::name);
    if (known != unbuilt.end()) {
      known->dangerous = true;
    } else {
      unbuilt.push_back({finding.name, true});
    }
  }
}

}  // namespace

std::string danger_in(const Findings& findings) {
  const auto found = std::ranges::find(findings.all(), Verdict::kDangerous, &Finding::verdict);
  return found == findings.all().end() ? "" : sentence(*found);
}

ReadContext::ReadContext(Source from, const ReadLimits& allowed)
    : source(std::move(from)),
      limits(allowed),
      arena(std::make_shared<Arena>(allowed.arena_bytes)),
      globals(*arena) {
  arena->keep(source.owner);
}

ReadContext::ReadContext(Source part, const ReadContext& around)
    : source(std::move(part)),
      limits(around.limits),
      arena(around.arena),
      globals(*arena),
      is_part(true) {}

Node ReadContext::unpickle(ByteReader& in, Unpickler::PersistentLoad load) {
  ByteReader window = in.window(limits.pickle_bytes);
  if (!is_part) {
    ByteReader ahead = window;
    PickleScan(findings, source.bytes.size(), nested).run(ahead.take(ahead.left()));
  }
  const Node root = Unpickler(*arena, globals, limits, std::move(load), load_storage).load(window);
  in.seek(window.position());
  return root;
}

StateFile ReadContext::finish(Container container, Node root) {
  arena->check_keys();
  StateFile file;
  file.path = source.path;
  file.container = container;
  file.root = root;
  file.limits = limits;
  file.arena = arena;
  for (const Global* global : globals.all()) {
    const Role role = role_of(*global);
    if (role == Role::kForeign) file.unbuilt.push_back({global->full_name(), false});
  }
  mark_dangers(findings, file.unbuilt);
  file.danger = danger_in(findings);
  return file;
}

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

Error cut_off_of(std::uint64_t size, std::uint64_t whole) {
  return cut_off_after(size, " of " + grouped(whole));
}

Error cut_off_of_about(std::uint64_t size, std::uint64_t whole) {
  std::uint64_t unit = 1;
  while (whole / unit >= 1000) unit *= 10;
  const std::uint64_t rounded = (whole + unit / 2) / unit * unit;
  return rounded > size ? cut_off_after(size, " of about " + grouped(rounded)) : cut_off(size);
}

Error cut_off(std::uint64_t size) {
  return cut_off_after(size, ", and its end is missing");
}

}  // namespace mlpctl::state
