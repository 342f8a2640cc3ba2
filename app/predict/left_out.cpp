#include "predict/left_out.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "data/set_file.hpp"
#include "predict/content.hpp"

namespace mlpctl::app {
namespace {

constexpr std::size_t kMostFiles = 20, kMostShown = 3;
constexpr std::string_view kNoPicture = "no picture";

std::string_view set_name_of(data::SetKind kind) {
  if (kind == data::SetKind::kTable) return "CSV table";
  return kind == data::SetKind::kNpz ? ".npz archive" : "IDX file";
}

}  // namespace

LeftOut::Kind& LeftOut::kind(std::string_view name, std::string_view remedy) {
  const auto found = std::ranges::find(kinds_, name, &Kind::name);
  return found != kinds_.end() ? *found : kinds_.emplace_back(Kind{name, remedy});
}

void LeftOut::add(std::string_view name, std::string_view remedy, const std::string& file) {
  Kind& of = kind(name, remedy);
  ++of.count;
  if (of.files.size() < kMostFiles) of.files.push_back(file);
}

void LeftOut::add(std::string_view head, const std::string& file) {
  constexpr std::string_view kByName = "give it by its name";
  switch (content_of(head)) {
    case Content::kDataSet:
      return add(set_name_of(data::set_kind_of(head)), kByName, file);
    case Content::kTar:
      return add("tar archive", kByName, file);
    default:
      break;
  }
  const image::ForeignKind* foreign = foreign_kind_of(head);
  const bool can_be_had = foreign != nullptr && !foreign->remedy.empty();
  if (can_be_had) return add(foreign->name, foreign->remedy, file);
  add(kNoPicture, "", file);
}

void LeftOut::add(LeftOut other) {
  for (Kind& from : other.kinds_) {
    Kind& to = kind(from.name, from.remedy);
    to.count += from.count;
    for (std::string& file : from.files) {
      if (to.files.size() < kMostFiles) to.files.push_back(std::move(file));
    }
  }
}

std::string LeftOut::line(const Kind& of) {
  std::string names;
  const std::size_t shown = std::min(of.files.size(), kMostShown);
  for (std::size_t i = 0; i < shown; ++i) names += (i == 0 ? "" : ", ") + of.files[i];
  if (of.count > shown) names += ", ...";
  return fmt::format("{} {}: {} ({}){}{}", of.count, of.count == 1 ? "file" : "files", of.name,
                     names, of.remedy.empty() ? "" : "; ", of.remedy);
}

std::vector<std::string> LeftOut::lines() const {
  std::vector<std::string> all;
  for (const Kind& of : kinds_) all.push_back(line(of));
  return all;
}

void LeftOut::log() const {
  for (const Kind& of : kinds_) {
    // What holds no picture is not worth a warning.
    const auto level = of.remedy.empty() ? spdlog::level::info : spdlog::level::warn;
    spdlog::log(level, "left out {}", line(of));
  }
}

nlohmann::ordered_json LeftOut::json() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Kind& of : kinds_) {
    nlohmann::ordered_json entry{{"kind", of.name}, {"count", of.count}, {"files", of.files}};
    if (!of.remedy.empty()) entry["remedy"] = of.remedy;
    list.push_back(std::move(entry));
  }
  return {{"left_out", std::move(list)}};
}

}  // namespace mlpctl::app
