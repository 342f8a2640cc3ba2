#include "load/load_diff.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/diff.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;
using Kind = state::Difference::Kind;

std::string_view problem(Kind kind) {
  switch (kind) {
    case Kind::kOnlyInFirst:
      return "only in the first";
    case Kind::kOnlyInSecond:
      return "only in the second";
    case Kind::kForm:
      return "form";
    case Kind::kValues:
      return "values";
  }
  return "";
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", value);
  return text;
}

bool same_names(const std::vector<state::NamedNode>& a, const std::vector<state::NamedNode>& b) {
  const auto names = [](const std::vector<state::NamedNode>& nodes) {
    std::set<std::string_view> set;
    for (const auto& each : nodes) set.insert(each.name);
    return set;
  };
  return names(a) == names(b);
}

/// What is compared; `fits` keeps the tensors that `first` and `second` point to.
struct Pair {
  std::vector<state::NamedNode> first, second;
  std::vector<state::Fit> fits;
};

std::vector<state::NamedNode> under_our_names(const state::Fit& fit) {
  std::vector<state::NamedNode> nodes;
  for (std::size_t i = 0; i < fit.tensors.size(); ++i) {
    nodes.push_back({std::string(model::kEntries[i].name), state::Node(&fit.tensors[i])});
  }
  return nodes;
}

Pair pair_of(const state::StateFile& first, const state::StateFile& second) {
  Pair pair{state::list_leaves(first), state::list_leaves(second), {}};
  if (same_names(pair.first, pair.second)) return pair;
  try {
    pair.fits.push_back(model::fit_in(first));
    pair.fits.push_back(model::fit_in(second));
    pair.first = under_our_names(pair.fits[0]);
    pair.second = under_our_names(pair.fits[1]);
  } catch (const Error&) {
    // Some other network's: its own names will do.
  }
  return pair;
}

void print_json(const state::StateFile& first, const state::StateFile& second,
                const std::vector<state::Difference>& all) {
  Json json{{"first", first.path}, {"second", second.path}, {"same", all.empty()}};
  json["differences"] = Json::array();
  for (const auto& each : all) {
    Json line{{"name", each.name}, {"problem", problem(each.kind)}};
    line["first"] = each.first;
    line["second"] = each.second;
    if (each.elements > 0) {
      line["elements"] = each.elements;
      line["max_absolute"] = each.max_absolute;
      line["max_relative"] = each.max_relative;
    }
    json["differences"].push_back(std::move(line));
  }
  std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print_text(const state::StateFile& first, const state::StateFile& second,
                const std::vector<state::Difference>& all, std::size_t compared) {
  if (all.empty()) {
    std::cout << printable(first.path) << " and " << printable(second.path) << " hold the same "
              << compared << " values\n";
    return;
  }
  Table table({"name", "differs in", "first", "second", "elements", "max abs", "max relative"});
  for (const auto& each : all) {
    const bool numbers = each.elements > 0;
    table.add({each.name, std::string(problem(each.kind)), each.first, each.second,
               numbers ? std::to_string(each.elements) : "",
               numbers ? number(each.max_absolute) : "", numbers ? number(each.max_relative) : ""});
  }
  std::cout << table.text();
}

}  // namespace

ExitCode print_diff(const state::StateFile& first, const state::StateFile& second, bool json) {
  const Pair pair = pair_of(first, second);
  const auto all = state::diff(pair.first, pair.second);
  if (json) {
    print_json(first, second, all);
  } else {
    print_text(first, second, all, pair.first.size());
  }
  return all.empty() ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace mlpctl::app
