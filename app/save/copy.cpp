#include "save/copy.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/terminal.hpp"
#include "cli/text.hpp"
#include "states/like.hpp"

namespace mlpctl::app {
namespace {

/// "4.1 kB", as disks count.
std::string size_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1000 && unit + 1 < std::size(kUnits); ++unit) size /= 1000;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", size, kUnits[unit]);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// "a (3), b (a set) and 4 more"; between: what stands around the second of a pair.
std::string pairs_text(const Pairs& pairs, std::string_view before, std::string_view after) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(pairs.size(), kShown); ++i) {
    text += (i > 0 ? ", " : "") + printable(pairs[i].first) + std::string(before) +
            printable(pairs[i].second) + std::string(after);
  }
  if (pairs.size() > kShown) text += fmt::format(" and {} more", pairs.size() - kShown);
  return text;
}

void report(const state::CopyReport& done, const state::Chosen& chosen) {
  const std::string shards =
      done.files.size() > 1 ? fmt::format(" in {} shards", done.files.size() - 1) : "";
  spdlog::info("wrote {}: {} tensor{}, {}{}", done.files.back(), done.tensors,
               done.tensors == 1 ? "" : "s", size_text(done.bytes), shards);
  if (!done.ties.empty()) spdlog::info("tied: {}", pairs_text(done.ties, " = ", ""));
  if (!done.left_out.empty()) {
    spdlog::warn("left out: {}", pairs_text(done.left_out, " (", ")"));
  }
  for (const std::string& wrapper : chosen.wrappers) {
    spdlog::info("names have {}, as a wrapper's do; --strip-prefix {} takes it off", wrapper,
                 wrapper);
  }
}

/// Gives the tensors the names of another file's.
void take_names(state::Chosen& chosen, const std::string& like) {
  const state::StateFile other = state::open_state(like);
  Renamed renamed = rename_like(chosen.path, chosen.tensors, like, state::choose(other).tensors);
  std::cout << table_text(renamed.pairs) << std::flush;
  warn_of_doubts(renamed.pairs);
  chosen.tensors = std::move(renamed.tensors);
}

}  // namespace

void copy_file(const state::StateFile& file, const CopyCommand& command) {
  state::CopyOptions options{.format = state::output_format(command.out, command.format),
                             .force = command.force,
                             .max_shard_bytes = command.max_shard_bytes};
  if (!command.dtype.empty()) options.dtype = state::copy_dtype(command.dtype);
  state::Chosen chosen = state::choose(file, command.selection);
  if (!command.like.empty()) take_names(chosen, command.like);
  ByteProgress progress(command.out);
  options.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
  const state::CopyReport done = state::copy_state(command.out, chosen, options);
  progress.clear();
  report(done, chosen);
}

}  // namespace mlpctl::app
