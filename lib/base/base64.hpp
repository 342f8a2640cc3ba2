#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mlpctl {

/// The bytes in base64 (RFC 4648), padded, on one line.
std::string base64(std::span<const std::byte> bytes);

}  // namespace mlpctl
