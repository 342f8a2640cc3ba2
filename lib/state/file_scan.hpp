#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "state/members/zip_members.hpp"
#include "state/verdict/findings.hpp"
#include "state/verdict/pickle_scan.hpp"

namespace mlpctl::state {

/// Looks into a file of any kind and into what is in it, as deep as its budgets allow. What it
/// finds goes to `findings`.
class FileScan {
 public:
  /// `path` tells a program's source from other texts, and nothing else.
  FileScan(Findings& findings, std::string_view path) : findings_(findings), path_(path) {}

  /// One file or member; returns what kind it is. `depth` of them lie around it.
  std::string_view part(std::span<const std::byte> bytes, const std::string& label,
                        unsigned depth = 0);

 private:
  /// Whether what no reader of this container reads is worth a word.
  enum class Inside : std::uint8_t { kNothing, kTorch };

  std::string_view content(std::span<const std::byte> bytes, const std::string& label,
                           unsigned depth, Inside inside);
  std::string_view zip(std::span<const std::byte> bytes, const std::string& label, unsigned depth);
  std::string_view tar(std::span<const std::byte> bytes, const std::string& label, unsigned depth);
  std::string_view numpy(std::span<const std::byte> bytes, const std::string& label,
                         unsigned depth);
  void member(const ZipMember& member, const std::string& label, unsigned depth, Inside inside);
  bool pickles(std::span<const std::byte> bytes, std::size_t from, const std::string& label,
               unsigned depth, bool legacy = false);
  void search(std::span<const std::byte> bytes, std::size_t from, const std::string& label,
              unsigned depth);
  void try_at(std::span<const std::byte> bytes, std::size_t at, bool lenient,
              const std::string& label, unsigned depth);
  PickleScan::Nested nested(const std::string& label, unsigned depth);
  bool spend(std::uint64_t bytes);
  void not_read(std::string_view what, std::uint64_t offset = 0);

  Findings& findings_;
  std::string_view path_;
  std::set<std::string> referenced_;  ///< Storages: "archive/data/0".
  std::uint64_t search_budget_ = 0, member_budget_ = 0, inflate_budget_ = 0;
  std::size_t file_bytes_ = 0;
};

}  // namespace mlpctl::state
