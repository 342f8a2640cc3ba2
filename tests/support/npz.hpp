#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/idx.hpp"

/// The text of a .npy file of version 1.
inline std::string npy_text(const std::string& type, const std::string& shape,
                            std::string_view values, bool fortran = false) {
  const std::string header = "{'descr': '" + type +
                             "', 'fortran_order': " + (fortran ? "True" : "False") +
                             ", 'shape': " + shape + ", }\n";
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() & 0xFFU);
  text += static_cast<char>(header.size() >> 8U);
  return (text + header).append(values);
}

/// The bytes as raw deflate.
inline std::string deflated_text(std::string text) {
  return packed_text(std::move(text), -15);
}

/// A zip archive of these records.
inline std::string zip_text(const std::vector<std::pair<std::string, std::string>>& records,
                            bool packed = false) {
  std::string text, directory;
  const auto number = [](std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(i < 8 ? value >> (8 * i) & 0xFFU : 0);
  };
  for (const auto& record : records) {
    const std::string &name = record.first, &content = record.second;
    const std::string bytes = packed ? deflated_text(content) : content;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const auto place = text.size();
    const auto describe = [&](std::string& to) {
      number(to, 20, 2);
      number(to, 0, 2);
      number(to, packed ? 8 : 0, 2);
      number(to, 0, 4);
      number(to, crc, 4);
      number(to, bytes.size(), 4);
      number(to, content.size(), 4);
      number(to, name.size(), 2);
      number(to, 0, 2);
    };
    text += "PK\x03\x04";
    describe(text);
    text += name + bytes;
    directory += "PK\x01\x02";
    number(directory, 20, 2);
    describe(directory);
    number(directory, 0, 10);
    number(directory, place, 4);
    directory += name;
  }
  const auto begin = text.size();
  text += directory + "PK\x05\x06";
  number(text, 0, 4);
  number(text, records.size(), 2);
  number(text, records.size(), 2);
  number(text, directory.size(), 4);
  number(text, begin, 4);
  number(text, 0, 2);
  return text;
}
