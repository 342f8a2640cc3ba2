#include "data/pixel_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_reader.hpp"
#include "base/input_file.hpp"
#include "data/delimited.hpp"
#include "data/gzip.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
// Smaller pictures than these hold no digit, and such tables are something else.
constexpr std::size_t kFewestColumns = 25;

/// Which column is what.
struct Layout {
  std::size_t columns = 0;
  std::size_t label = kNone, id = kNone;
  char separator = ',';
  bool has_header = false;

  std::size_t pixels() const {
    return columns - (label == kNone ? 0U : 1U) - (id == kNone ? 0U : 1U);
  }
};

std::size_t side_of(std::size_t pixels) {
  return static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(pixels))));
}

bool is_square(std::size_t pixels) {
  return side_of(pixels) * side_of(pixels) == pixels;
}

bool is_label_name(const std::string& name) {
  constexpr std::string_view kNames[] = {"label", "class", "target", "digit", "y"};
  return std::ranges::count(kNames, in_small_letters(name)) > 0;
}

/// Whether a number was read, and of all of the field.
bool is_all(const std::from_chars_result& read, std::string_view field) {
  return read.ec == std::errc() && read.ptr == field.data() + field.size();
}

bool is_number(const std::string& field) {
  double value = 0;
  return is_all(std::from_chars(field.data(), field.data() + field.size(), value), field);
}

[[noreturn]] void refuse_table(const std::string& name, const std::string& why) {
  throw Error(ErrorCode::kCorruption, name + ": " + why);
}

Layout layout_of(std::string_view line, const std::string& name) {
  Layout layout;
  layout.separator = separator_of(line);
  const std::vector<std::string> fields = split_fields(line, layout.separator);
  layout.columns = fields.size();
  layout.has_header = !std::ranges::all_of(fields, is_number);
  for (std::size_t i = 0; layout.has_header && i < fields.size(); ++i) {
    if (is_label_name(fields[i]) && layout.label == kNone) layout.label = i;
    if (in_small_letters(fields[i]) == "id" && layout.id == kNone) layout.id = i;
  }
  if (!layout.has_header && !is_square(layout.columns)) layout.label = 0;
  if (layout.columns < kFewestColumns || !is_square(layout.pixels())) {
    throw Error(ErrorCode::kNotSupported,
                name + ": has " + std::to_string(layout.columns) +
                    " columns; a table of pictures has a label and 784 pixels in each line, or a "
                    "column of files and one of labels");
  }
  return layout;
}

/// Reads the fields of one line.
class RowReader {
 public:
  RowReader(const Layout& layout, std::string_view line, std::size_t number,
            const std::string& name)
      : layout_(layout), rest_(line), number_(number), name_(name) {}

  void read(std::vector<std::uint8_t>& pixels, std::vector<std::uint8_t>& labels) {
    for (; column_ < layout_.columns; ++column_) {
      if (ended_) refuse_length();
      const std::string_view field = next();
      if (column_ == layout_.id) continue;
      (column_ == layout_.label ? labels : pixels).push_back(value_of(field));
    }
    if (!ended_) refuse_length();
  }

 private:
  std::string_view next() {
    const std::size_t end = std::min(rest_.find(layout_.separator), rest_.size());
    std::string_view field = rest_.substr(0, end);
    ended_ = end == rest_.size();
    rest_.remove_prefix(ended_ ? end : end + 1);
    constexpr std::string_view kAround = " \"";
    while (!field.empty() && kAround.find(field.front()) != kAround.npos) field.remove_prefix(1);
    while (!field.empty() && kAround.find(field.back()) != kAround.npos) field.remove_suffix(1);
    return field;
  }

  /// Most programs write "12", some "12.0".
  std::uint8_t value_of(std::string_view field) const {
    std::uint8_t whole = 0;
    if (is_all(std::from_chars(field.data(), field.data() + field.size(), whole), field)) {
      return whole;
    }
    double value = -1;
    const auto read = std::from_chars(field.data(), field.data() + field.size(), value);
    if (!is_all(read, field) || !(value >= 0) || value > 255 || value != std::floor(value)) {
      refuse_table(name_, "line " + std::to_string(number_) + ", column " +
                              std::to_string(column_ + 1) + ": '" + shown(field) + "' is no " +
                              (column_ == layout_.label ? "label" : "pixel from 0 to 255"));
    }
    return static_cast<std::uint8_t>(value);
  }

  static std::string shown(std::string_view field) {
    constexpr std::size_t kMost = 20;
    return std::string(field.substr(0, kMost)) + (field.size() > kMost ? "..." : "");
  }

  [[noreturn]] void refuse_length() const {
    refuse_table(name_, "line " + std::to_string(number_) + " has " + (ended_ ? "fewer" : "more") +
                            " than the " + std::to_string(layout_.columns) +
                            " columns of the first");
  }

  const Layout& layout_;
  std::string_view rest_;
  std::size_t number_, column_ = 0;
  const std::string& name_;
  bool ended_ = false;
};

}  // namespace

bool is_pixel_table(std::string_view begin) {
  const std::string_view line = begin.substr(0, begin.find_first_of("\r\n"));
  constexpr std::ptrdiff_t kFewestSeparators = 20;
  const char separator = separator_of(line);
  const auto is_plain = [](char c) { return c == '\t' || (c >= ' ' && c < 0x7F) || c < 0; };
  return std::ranges::count(line, separator) >= kFewestSeparators &&
         std::ranges::all_of(line, is_plain) && !line.starts_with('{') && !line.starts_with('<');
}

Dataset parse_pixel_table(std::span<const std::byte> bytes, const std::string& name) {
  TextLines lines(bytes);
  std::optional<std::string_view> line = lines.next();
  if (!line) refuse_table(name, "is empty");
  const Layout layout = layout_of(*line, name);
  if (layout.has_header) line = lines.next();
  Dataset set;
  set.rows = set.columns = static_cast<std::int64_t>(side_of(layout.pixels()));
  std::vector<std::uint8_t> pixels, labels;
  for (; line; line = lines.next()) {
    RowReader(layout, *line, lines.number(), name).read(pixels, labels);
  }
  if (pixels.empty()) refuse_table(name, "holds no pictures");
  set.hold_images(std::move(pixels));
  set.hold_labels(std::move(labels));
  return set;
}

bool table_has_labels(const std::string& path) {
  // Longer than the header of the largest pictures that a table may have.
  constexpr std::size_t kFirstLine = 1 << 20;
  const std::string begin = unpacked_begin(first_bytes_of(path, kFirstLine), kFirstLine);
  const auto line = TextLines(as_byte_span(begin)).next();
  return line && layout_of(*line, path).label != kNone;
}

Dataset load_pixel_table(const std::string& path) {
  const TextFile file(path);
  Dataset set = parse_pixel_table(file.bytes(), path);
  file.check_unchanged();
  set.name = set_name(path, Part::kWhole);
  if (is_stored_transposed(path)) {
    std::vector<std::uint8_t> pixels(set.images.begin(), set.images.end());
    turn_upright(pixels, set.rows);
    set.hold_images(std::move(pixels));
    set.notes.push_back(path + ": EMNIST stores its pictures transposed; they were turned upright");
  }
  return set;
}

}  // namespace mlpctl::data
