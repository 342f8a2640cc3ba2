#include "table.hpp"

#include <algorithm>
#include <utility>

#include "terminal.hpp"

namespace mlpctl::app {
namespace {

// A hostile name may be a megabyte long; a table must not become that wide.
constexpr std::size_t kCellWidth = 120;

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.e+-,%") == std::string::npos;
}

// Letters of UTF-8, not bytes: continuation bytes take no room of their own.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string cut(std::string cell) {
  if (cell.size() <= kCellWidth) return cell;
  std::size_t end = kCellWidth - 3;
  while (end > 0 && (cell[end] & 0xC0) == 0x80) --end;
  return cell.substr(0, end) + "...";
}

std::string padded(const std::string& cell, std::size_t width, bool last) {
  const std::string space(width - width_of(cell), ' ');
  if (is_number(cell)) return space + cell;
  return last ? cell : cell + space;
}

}  // namespace

Table::Table(std::vector<std::string> heads) {
  add(std::move(heads));
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = cut(printable(cell));
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_[0].size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += (i == 0 ? "" : "  ") + padded(row[i], widths[i], i + 1 == row.size());
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace mlpctl::app
