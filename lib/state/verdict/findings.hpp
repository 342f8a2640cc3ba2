#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "mlpctl/state/scan.hpp"

namespace mlpctl::state {

/// What was found in the parts of one file so far, each act on each name once for each member.
class Findings {
 public:
  /// What is found from now on is in this member.
  void enter(std::string member) { member_ = std::move(member); }
  const std::string& member() const { return member_; }

  void add(Verdict verdict, Finding::Act act, std::string_view name, std::uint64_t offset);
  /// Takes those of another part over.
  void add(const Findings& other);

  Verdict verdict() const { return verdict_; }
  /// The worst of all but of what cannot be looked into or is broken.
  Verdict verdict_of_calls() const { return verdict_of_calls_; }
  const std::vector<Finding>& all() const { return all_; }
  std::uint64_t more() const { return more_; }

 private:
  void count(Finding finding);

  std::string member_;
  std::vector<Finding> all_;
  std::map<std::tuple<std::string, Finding::Act, std::string>, std::size_t> known_;
  std::uint64_t more_ = 0;
  Verdict verdict_ = Verdict::kHarmless, verdict_of_calls_ = Verdict::kHarmless;
};

}  // namespace mlpctl::state
