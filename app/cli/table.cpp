#include "cli/table.hpp"

#include <algorithm>
#include <utility>

#include "cli/text.hpp"

namespace mlpctl::app {
namespace {

// A hostile name may be a megabyte long; a table must not become that wide.
constexpr std::size_t kCellWidth = 120;

// An empty cell does not keep its column from being one of numbers; inf and nan are some.
bool is_number(const std::string& cell) {
  return cell.find_first_not_of("0123456789.e+-infa,%") == std::string::npos;
}

std::string cut(std::string cell) {
  if (cell.size() <= kCellWidth) return cell;
  std::size_t end = kCellWidth - 3;
  while (end > 0 && (cell[end] & 0xC0) == 0x80) --end;
  return cell.substr(0, end) + "...";
}

/// A column is as wide as its widest cell, and right-aligned when all below its head are numbers.
struct Column {
  std::size_t width = 0;
  bool numbers = true;
};

std::vector<Column> columns_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<Column> columns(rows[0].size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].width = std::max(columns[i].width, printed_width(rows[row][i]));
      columns[i].numbers = columns[i].numbers && (row == 0 || is_number(rows[row][i]));
    }
  }
  return columns;
}

std::string padded(const std::string& cell, const Column& column) {
  const std::string space(column.width - printed_width(cell), ' ');
  return column.numbers ? space + cell : cell + space;
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
  const auto columns = columns_of(rows_);
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += "  ";
      text += padded(row[i], columns[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace mlpctl::app
