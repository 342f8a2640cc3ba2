#include "predict/scan_page.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/text.hpp"
#include "report/markdown.hpp"
#include "report/page.hpp"
#include "report/picture_sheet.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

/// Digits of one picture that are shown; a page of a census has some hundreds.
constexpr std::size_t kMostDigits = 200;
/// Pictures of the short form.
constexpr std::size_t kMostInSummary = 20;

double share_of(float probability) {
  return std::round(static_cast<double>(probability) * 1e4) / 1e4;
}

std::string lines_text(const digits::Answer& answer, const Style& style) {
  std::string text;
  for (const auto& line : answer.lines) {
    if (!text.empty()) text += '\n';
    for (const digits::Digit& digit : line) text += printable(class_name(digit.best, style));
  }
  return text;
}

/// [best, its probability, the next two and theirs, x, y, width, height, place on the sheet].
Json digit_json(const digits::Digit& digit, std::size_t place) {
  Json json = Json::array();
  const auto ranking = digit.ranking();
  for (std::size_t i = 0; i < 3; ++i) {
    json.push_back(ranking[i]);
    json.push_back(share_of(digit.probabilities[static_cast<std::size_t>(ranking[i])]));
  }
  const digits::Box& box = digit.box;
  for (const int value : {box.x, box.y, box.width, box.height}) json.push_back(value);
  json.push_back(place);
  return json;
}

/// What it takes in the page.
std::size_t cost_of(const Json& row) {
  const std::string text = json_text(row);
  return text.size() + 5 * static_cast<std::size_t>(std::ranges::count(text, '<')) + 1;
}

}  // namespace

Json ScanPage::row_of(const Result& result) const {
  Json row{{"name", printable(result.name())}};
  if (!result.error.empty()) {
    row["error"] = printable(result.error);
  } else if (!result.answer.lines.empty()) {
    row["text"] = lines_text(result.answer, style_);
    row["sure"] = share_of(result.answer.confidence());
  }
  if (!result.note.empty()) row["note"] = printable(result.note);
  return row;
}

void ScanPage::keep_digits(const Doubt& doubt, const digits::Answer& answer) {
  std::vector<Seen> seen;
  for (std::size_t line = 0; line < answer.lines.size(); ++line) {
    for (const digits::Digit& digit : answer.lines[line]) seen.push_back({digit, line});
  }
  digits_ += seen.size();
  if (seen.size() > kMostDigits) {
    std::ranges::stable_sort(seen, {}, [](const Seen& each) { return each.digit.confidence(); });
    seen.resize(kMostDigits);
  }
  const std::size_t cost = seen.size();
  if (cost > 0) seen_.add(doubt, std::move(seen), cost);
}

void ScanPage::keep_photo(const Doubt& doubt, MostDoubtful<Photo>& photos, std::string uri,
                          const Thumbnail& thumbnail) {
  if (uri.empty()) return;
  const std::size_t cost = uri.size();
  photos.add(doubt, {std::move(uri), thumbnail.width, thumbnail.height}, cost);
}

void ScanPage::add(const Result& result, Thumbnail thumbnail) {
  const bool failed = !result.error.empty(), blank = !failed && result.answer.lines.empty();
  failed_ += failed ? 1 : 0;
  blank_ += blank ? 1 : 0;
  // What has no answer comes first.
  const Doubt doubt{failed ? -2.0F : blank ? -1.0F : result.answer.confidence(), pictures_++};
  Json row = row_of(result);
  const std::size_t cost = cost_of(row);
  rows_.add(doubt, std::move(row), cost);
  if (!failed) keep_digits(doubt, result.answer);
  keep_photo(doubt, large_, std::move(thumbnail.large), thumbnail);
  keep_photo(doubt, small_, std::move(thumbnail.small), thumbnail);
}

std::string ScanPage::summary() const {
  return fmt::format("{} pictures, {} without an answer", pictures_, failed_ + blank_);
}

std::string ScanPage::html(const std::string& title, const Facts& facts) const {
  PictureSheet sheet;
  Json rows = Json::array();
  for (const auto& [doubt, kept] : rows_) {
    Json row = kept.first;
    const Photo* photo = large_.find(doubt);
    if (photo == nullptr) photo = small_.find(doubt);
    if (photo != nullptr) row["photo"] = {photo->uri, photo->width, photo->height};
    if (const std::vector<Seen>* seen = seen_.find(doubt)) {
      for (const Seen& each : *seen) {
        row["digits"].push_back(digit_json(each.digit, sheet.add(each.digit.input)));
      }
    }
    rows.push_back(std::move(row));
  }
  Json classes = Json::array();
  for (int i = 0; i < digits::kClasses; ++i) classes.push_back(printable(class_name(i, style_)));
  return html_page(title, summary(),
                   {{"kind", "scans"},
                    {"title", printable(title)},
                    {"threshold", style_.min_confidence},
                    {"pictures", pictures_},
                    {"failed", failed_},
                    {"blank", blank_},
                    {"digits", digits_},
                    {"classes", std::move(classes)},
                    {"rows", std::move(rows)},
                    {"sheet", sheet.uri()},
                    {"columns", PictureSheet::kColumns},
                    {"facts", facts_json(facts)}});
}

std::string ScanPage::markdown(const std::string& title, const Facts& facts) const {
  std::string text = fmt::format("## {}\n\n**{}**\n\n| | |\n| --- | --- |\n{}",
                                 markdown_escaped(title), summary(), markdown_rows(facts));
  if (rows_.size() == 0) return text;
  text += "\n| the least sure | read | sure | |\n| --- | --- | ---: | --- |\n";
  std::size_t left = kMostInSummary;
  for (const auto& [doubt, kept] : rows_) {
    if (left-- == 0) break;
    const Json& row = kept.first;
    std::string read = row.value("text", "");
    std::ranges::replace(read, '\n', ' ');
    text += fmt::format(
        "| {} | {} | {} | {} |\n", markdown_escaped(row.value("name", "")), markdown_escaped(read),
        row.contains("sure") ? fmt::format("{:.2f} %", 100 * row["sure"].get<double>()) : "",
        markdown_escaped(row.value("error", row.value("note", ""))));
  }
  return text;
}

}  // namespace mlpctl::app
