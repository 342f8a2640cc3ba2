#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace mlpctl::state {

/// Of what is read or written piece by piece: small enough to stay in the processor's cache between
/// a checksum and the call that writes it, a multiple of all items, and of pages.
constexpr std::size_t kPiece = std::size_t{1} << 20U;

/// Beyond this an expanded tensor (more values than its storage has) is not spelled out.
constexpr std::size_t kMaxExpanded = std::size_t{256} << 20U;

/// Calls `use` with the place of each piece and the piece.
template <typename Use>
void for_each_piece(std::span<const std::byte> bytes, const Use& use) {
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    use(at, bytes.subspan(at, std::min(kPiece, bytes.size() - at)));
  }
}

}  // namespace mlpctl::state
