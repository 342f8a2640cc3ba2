#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace mlpctl {

std::array<std::byte, 32> sha256(std::span<const std::byte> bytes);

/// SHA-256 of the bytes as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace mlpctl
