#include "state/verdict/findings.hpp"

#include <algorithm>
#include <utility>

namespace mlpctl::state {
namespace {

/// No person reads more, and a hostile file must not fill the memory with them.
constexpr std::size_t kMost = 4096, kMostMemberBytes = 1024, kMostNameBytes = 1100;

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHarmless:
      return "harmless";
    case Verdict::kNeedsCode:
      return "needs code";
    case Verdict::kMayRunCode:
      return "may run code";
    case Verdict::kDangerous:
      break;
  }
  return "dangerous";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  std::string words(text);
  std::ranges::replace(words, '-', ' ');
  for (const Verdict verdict :
       {Verdict::kHarmless, Verdict::kNeedsCode, Verdict::kMayRunCode, Verdict::kDangerous}) {
    if (words == to_string(verdict)) return verdict;
  }
  return std::nullopt;
}

std::string_view to_string(Finding::Act act) {
  switch (act) {
    case Finding::Act::kNames:
      return "names";
    case Finding::Act::kImports:
      return "imports";
    case Finding::Act::kCalls:
      return "calls";
    case Finding::Act::kHands:
      return "hands over";
    case Finding::Act::kChanges:
      return "changes";
    case Finding::Act::kNotRead:
      return "not looked into";
    case Finding::Act::kBroken:
      return "broken";
    case Finding::Act::kNeedsFull:
      break;
  }
  return "holds";
}

std::string sentence(const Finding& finding) {
  switch (finding.act) {
    case Finding::Act::kNotRead:
    case Finding::Act::kBroken:
      return std::string(to_string(finding.act)) + ": " + finding.name;
    case Finding::Act::kHands:
      return "hands " + finding.name + " to what may call it";
    default:
      return std::string(to_string(finding.act)) + " " + finding.name;
  }
}

void Findings::add(Verdict verdict, Finding::Act act, std::string_view name, std::uint64_t offset) {
  count({verdict, act, std::string(name.substr(0, kMostNameBytes)),
         member_.substr(0, kMostMemberBytes), offset});
}

void Findings::add(const Findings& other) {
  for (const Finding& finding : other.all_) count(finding);
  more_ += other.more_;
  verdict_ = std::max(verdict_, other.verdict_);
  verdict_of_calls_ = std::max(verdict_of_calls_, other.verdict_of_calls_);
}

void Findings::count(Finding finding) {
  verdict_ = std::max(verdict_, finding.verdict);
  const bool unread = finding.act == Finding::Act::kNotRead || finding.act == Finding::Act::kBroken;
  if (!unread) verdict_of_calls_ = std::max(verdict_of_calls_, finding.verdict);
  const auto found = known_.find(std::tie(finding.member, finding.act, finding.name));
  if (found != known_.end()) {
    Finding& known = all_[found->second];
    known.verdict = std::max(known.verdict, finding.verdict);
    return;
  }
  // Room is kept for what is dangerous.
  const std::size_t most = finding.verdict == Verdict::kDangerous ? 2 * kMost : kMost;
  if (all_.size() >= most) {
    ++more_;
    return;
  }
  known_.emplace(std::tuple(finding.member, finding.act, finding.name), all_.size());
  all_.push_back(std::move(finding));
}

}  // namespace mlpctl::state
