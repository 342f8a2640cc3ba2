#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// Whether a file that begins so is a tar archive.
bool is_shard(std::string_view begin);

/// The labelled pictures of tar archives as WebDataset writes them: what a name has before its
/// first dot is the key, by which `a/7.png` and the label in `a/7.cls` belong together. Pictures
/// stay in the archives, and those without a label are left out. Throws Error for an archive that
/// is damaged, where no picture has a label, and when the labels are no ten classes.
Dataset load_shards(std::span<const std::string> paths, std::span<const std::string> known);

/// The picture file of a set in archives. Throws Error where another program changed its archive.
std::vector<std::byte> member_bytes(const Dataset& set, std::size_t index);

}  // namespace mlpctl::data
