#pragma once

#include <string>
#include <vector>

namespace mlpctl::app {

/// Columns as wide as their widest cell; control characters in cells are made visible.
class Table {
 public:
  explicit Table(std::vector<std::string> heads);

  /// As many cells as heads.
  void add(std::vector<std::string> cells);
  /// The lines, each ended; columns of numbers to the right.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace mlpctl::app
