#include "data/file_list.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/input_file.hpp"
#include "data/classes.hpp"
#include "data/delimited.hpp"
#include "data/gzip.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

constexpr std::string_view kFileNames[] = {"file", "filename", "file_name", "path", "image"};
constexpr std::string_view kLabelNames[] = {"label", "class", "target", "digit", "digits"};

[[noreturn]] void refuse_line(const std::string& name, std::size_t line, const std::string& why) {
  throw Error(ErrorCode::kCorruption, name + ": line " + std::to_string(line) + " " + why);
}

/// The first of the fields that has one of the names.
std::optional<std::size_t> column_of(const std::vector<std::string>& header,
                                     std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (in_small_letters(header[i]) == name) return i;
    }
  }
  return std::nullopt;
}

bool is_json_line(std::string_view line) {
  return line.find_first_not_of(" \t") != line.npos && line[line.find_first_not_of(" \t")] == '{';
}

std::string label_text(const nlohmann::json& label) {
  if (label.is_string()) return label.get<std::string>();
  if (label.is_number_integer()) return label.dump();
  // pandas writes 7.0 where a label is missing elsewhere.
  constexpr double kMost = 1e6;
  if (!label.is_number_float() || !(std::abs(label.get<double>()) < kMost)) return "";
  const auto whole = static_cast<std::int64_t>(label.get<double>());
  return static_cast<double>(whole) == label.get<double>() ? std::to_string(whole) : "";
}

void add_json_line(FileList& list, std::string_view line, std::size_t number,
                   const std::string& name) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) refuse_line(name, number, "is no JSON object");
  if (json.contains("left_out")) return;  // The last line of `predict --json`.
  const auto file = json.find("file");
  if (file == json.end() || !file->is_string() || file->get_ref<const std::string&>().empty()) {
    refuse_line(name, number, "names no `file`");
  }
  if (json.contains("index")) {
    refuse_line(name, number, "is about a picture of a data set; list files of their own");
  }
  if (json.contains("member")) {
    refuse_line(name, number, "is about a picture in an archive; unpack it and list the files");
  }
  const auto label = json.find("label");
  if (label == json.end() || label->is_null()) {
    list.unlabelled.push_back(file->get<std::string>());
    return;
  }
  std::string text = label_text(*label);
  if (text.empty()) refuse_line(name, number, "has a `label` that is no number and no name");
  list.files.push_back(file->get<std::string>());
  list.labels.push_back(std::move(text));
}

void add_table(FileList& list, TextLines& lines, std::string_view first, const std::string& name) {
  const char separator = separator_of(first);
  const std::vector<std::string> header = split_fields(first, separator);
  const auto file = column_of(header, kFileNames), label = column_of(header, kLabelNames);
  if (!file || !label) {
    throw Error(ErrorCode::kNotSupported,
                name + ": its first line names no columns `file` and `label`");
  }
  while (const auto line = lines.next()) {
    std::vector<std::string> fields = split_fields(*line, separator);
    if (fields.size() != header.size()) {
      refuse_line(name, lines.number(),
                  "has " + std::to_string(fields.size()) + " columns instead of " +
                      std::to_string(header.size()));
    }
    if (fields[*file].empty()) refuse_line(name, lines.number(), "names no file");
    if (fields[*label].empty()) {
      list.unlabelled.push_back(std::move(fields[*file]));
      continue;
    }
    list.files.push_back(std::move(fields[*file]));
    list.labels.push_back(std::move(fields[*label]));
  }
}

/// Beside the list, where its writer saw it, or where the program runs, as `predict` prints it.
std::string found_file(const std::filesystem::path& folder, const std::string& file) {
  if (is_url(file)) return file;
  const std::string beside = (folder / file).string();
  std::error_code none;
  return !std::filesystem::exists(beside, none) && std::filesystem::exists(file, none) ? file
                                                                                       : beside;
}

}  // namespace

bool is_file_list(std::string_view begin) {
  if (begin.starts_with("\xEF\xBB\xBF")) begin.remove_prefix(3);
  const std::string_view line = begin.substr(0, begin.find_first_of("\r\n"));
  if (is_json_line(line)) return true;
  const auto header = split_fields(line, separator_of(line));
  return column_of(header, kFileNames) && column_of(header, kLabelNames);
}

FileList parse_file_list(std::span<const std::byte> bytes, const std::string& name) {
  FileList list;
  TextLines lines(bytes);
  const auto first = lines.next();
  if (!first) throw Error(ErrorCode::kCorruption, name + ": is empty");
  if (!is_json_line(*first)) {
    add_table(list, lines, *first, name);
    return list;
  }
  for (auto line = first; line; line = lines.next()) {
    add_json_line(list, *line, lines.number(), name);
  }
  return list;
}

Dataset load_file_list(const std::string& path, std::span<const std::string> known) {
  const TextFile file(path);
  FileList list = parse_file_list(file.bytes(), path);
  file.check_unchanged();
  if (list.files.empty()) {
    throw Error(ErrorCode::kNotSupported, path + ": gives no file a `label`; add one to each line");
  }
  Dataset set;
  label(set, list.labels, known, path);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (const std::string& each : list.files) set.files.push_back(found_file(folder, each));
  for (const std::string& each : list.unlabelled) {
    set.unlabelled.push_back(found_file(folder, each) + ": has no label in " + path);
  }
  set.name = set_name(path, Part::kWhole);
  return set;
}

}  // namespace mlpctl::data
