#include "load/load_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>

#include "base/sha256.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "model/info.hpp"
#include "state/fit/misfit.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

std::string checksum(std::span<const float> values) {
  return sha256_hex(std::as_bytes(values));
}

std::string number(float value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", static_cast<double>(value));
  return text;
}

Json tensors_json(const model::LoadedModel& loaded) {
  Json tensors = Json::array();
  for (std::size_t i = 0; i < model::kEntries.size(); ++i) {
    const model::Entry& entry = model::kEntries[i];
    tensors.push_back({{"name", entry.name},
                       {"shape", entry.shape()},
                       {"dtype", state::name(loaded.fit.tensors[i].dtype)},
                       {"sha256", checksum(loaded.model.parameters.tensors[i])}});
  }
  return tensors;
}

Json mismatched_json(const std::vector<state::Mismatch>& mismatched) {
  Json all = Json::array();
  for (const auto& [name, wanted, found] : mismatched) {
    all.push_back({{"name", name}, {"wanted", wanted}, {"found", found}});
  }
  return all;
}

Json common_json(const state::StateFile& file, bool fits) {
  return {{"file", file.path}, {"format", state::name(file.container)}, {"fits", fits}};
}

void print_json(const Json& json) {
  std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print_fit_json(const state::StateFile& file, const model::LoadedModel& loaded) {
  Json json = common_json(file, true);
  json["parameters"] = model::parameter_count();
  json["tensors"] = tensors_json(loaded);
  for (const char* key : {"missing", "unexpected", "mismatched"}) json[key] = Json::array();
  json["found_at"] = loaded.fit.found_at;
  json["stripped"] = loaded.fit.stripped;
  json["added"] = loaded.fit.added;
  json["passed_over"] = loaded.fit.passed_over;
  json["info"] = Json::parse(model::info_to_json(loaded.model.info));
  print_json(json);
}

void print_misfit_json(const state::StateFile& file, const state::Misfit& misfit) {
  Json json = common_json(file, false);
  json["parameters"] = 0;
  json["tensors"] = Json::array();
  json["missing"] = misfit.missing;
  json["unexpected"] = misfit.unexpected;
  json["mismatched"] = mismatched_json(misfit.mismatched);
  json["found_at"] = misfit.found_at;
  print_json(json);
}

void print_place(const state::Fit& fit) {
  if (!fit.found_at.empty()) std::cout << "found at: " << printable(fit.found_at) << '\n';
  if (!fit.stripped.empty()) std::cout << "stripped from the names: " << fit.stripped << '\n';
  if (!fit.added.empty()) std::cout << "put before the names: " << fit.added << '\n';
  std::string others;
  for (const std::string& each : fit.passed_over) others += (others.empty() ? "" : ", ") + each;
  if (!others.empty()) std::cout << "passed over: " << printable(others) << '\n';
}

void print_info(const model::ModelInfo& info) {
  std::string names;
  for (const std::string& each : info.classes) names += (names.empty() ? "" : ", ") + each;
  if (!names.empty()) std::cout << "classes: " << printable(names) << '\n';
  if (info.preprocess != "digit") std::cout << "preprocess: " << info.preprocess << '\n';
  if (info.training.empty()) return;
  for (const auto& [key, value] : Json::parse(info.training).items()) {
    std::cout << printable(key + ": " +
                           (value.is_string() ? value.get<std::string>() : value.dump()))
              << '\n';
  }
}

// NaN compares false, so it is passed over. Sixteen of each are vectors, where one of each would
// wait for the value before: 0.3 ms for a million in place of 2.
std::pair<float, float> range_of(std::span<const float> values) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> lows, highs;
  lows.fill(std::numeric_limits<float>::infinity());
  highs.fill(-std::numeric_limits<float>::infinity());
  const auto take = [&](std::size_t lane, float value) {
    lows[lane] = value < lows[lane] ? value : lows[lane];
    highs[lane] = value > highs[lane] ? value : highs[lane];
  };
  const std::size_t whole = values.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) take(lane, values[i + lane]);
  }
  for (std::size_t i = whole; i < values.size(); ++i) take(i - whole, values[i]);
  const float low = *std::ranges::min_element(lows), high = *std::ranges::max_element(highs);
  return low > high ? std::pair(values[0], values[0]) : std::pair(low, high);
}

bool any_converted(const state::Fit& fit) {
  return std::ranges::any_of(fit.tensors, [](const state::Tensor& tensor) {
    return tensor.dtype != state::DType::kFloat32;
  });
}

void print_fit(const state::StateFile& file, const model::LoadedModel& loaded) {
  std::cout << printable(file.path) << ": " << state::name(file.container) << ", fits\n";
  print_place(loaded.fit);
  print_info(loaded.model.info);
  Table table({"name", "shape", "dtype", "parameters", "min", "max", "sha256 (first 16)"});
  for (std::size_t i = 0; i < model::kEntries.size(); ++i) {
    const auto& values = loaded.model.parameters.tensors[i];
    const state::Tensor& tensor = loaded.fit.tensors[i];
    const auto [low, high] = range_of(values);
    table.add({std::string(model::kEntries[i].name), tensor.shape_text(),
               std::string(state::name(tensor.dtype)), std::to_string(values.size()), number(low),
               number(high), checksum(values).substr(0, 16)});
  }
  std::cout << table.text();
  std::cout << "total: " << model::parameter_count() << " parameters";
  if (any_converted(loaded.fit)) std::cout << ", converted to float32";
  std::cout << "; the network is filled and in eval mode\n";
}

void print_misfit(const state::StateFile& file, const state::Misfit& misfit) {
  std::cout << printable(file.path) << ": " << state::name(file.container) << ", does not fit\n";
  if (!misfit.holder.empty()) std::cout << "it is " << printable(misfit.holder) << '\n';
  if (!misfit.found_at.empty()) std::cout << "nearest: " << printable(misfit.found_at) << '\n';
  Table table({"problem", "name", "wanted", "found"});
  for (const std::string& each : misfit.missing) table.add({"missing", each, "", ""});
  for (const std::string& each : misfit.unexpected) table.add({"unexpected", each, "", ""});
  for (const auto& [name, wanted, found] : misfit.mismatched) {
    table.add({"mismatched", name, wanted, found});
  }
  std::cout << table.text();
}

}  // namespace

ExitCode print_report(const state::StateFile& file, const model::LoadOptions& options, bool json) {
  try {
    const model::LoadedModel loaded = model::model_in(file, options);
    json ? print_fit_json(file, loaded) : print_fit(file, loaded);
    return ExitCode::kDone;
  } catch (const state::MisfitError& error) {
    json ? print_misfit_json(file, error.misfit()) : print_misfit(file, error.misfit());
    throw;
  }
}

}  // namespace mlpctl::app
