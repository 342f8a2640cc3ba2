#pragma once

#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/limits.hpp"
#include "state/value/source.hpp"
#include "state/zip/record.hpp"

namespace mlpctl::state {

/// The file ends before its directory: a download or a copy was cut off.
struct CutOff : Error {
  CutOff() : Error(ErrorCode::kCorruption, "the zip directory at its end is missing") {}
};

/// Reads the central directory and proves that every local header says the same, that names are
/// plain and unique, and that the records lie side by side inside the file, beginning with its
/// first byte. Throws CutOff or Error. The records come in the order of the directory.
std::vector<ZipRecord> read_zip_directory(const Source& source, const ReadLimits& limits);

}  // namespace mlpctl::state
