#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Boxes of HEIF files, for tests.

/// A number in so many bytes, the highest first.
inline std::string big(std::size_t number, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i) & 0xFF);
  return out;
}

inline std::string box(std::string_view type, const std::string& content) {
  return big(content.size() + 8, 4) + std::string(type) + content;
}

inline std::string meta(const std::string& content) {
  return box("meta", std::string(4, '\0') + content);
}

struct Reference {
  std::string_view type;
  std::size_t from;
  std::vector<std::size_t> to;
};

/// A box "iref" of version 0.
inline std::string references(const std::vector<Reference>& all) {
  std::string content(4, '\0');
  for (const Reference& reference : all) {
    std::string inside = big(reference.from, 2) + big(reference.to.size(), 2);
    for (const std::size_t to : reference.to) inside += big(to, 2);
    content += box(reference.type, inside);
  }
  return box("iref", content);
}
