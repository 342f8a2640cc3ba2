#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mlpctl::state {

enum class FileKind { kZip, kLegacy, kTar, kSafetensors, kPickle, kOther };

/// What the first bytes say a file is; its name is never looked at.
FileKind sniff(std::span<const std::byte> bytes);

/// For FileKind::kOther: what it is instead and what to do, as the rest of a sentence.
std::string describe_foreign(std::span<const std::byte> bytes);

}  // namespace mlpctl::state
