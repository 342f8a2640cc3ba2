#include "cli/data_set.hpp"

#include "data/folder.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

/// What the action gives; where it finds no data, the script that fetches them is named.
template <typename Action>
auto with_hint(const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    throw Error(error.code(),
                error.what() + std::string("; scripts/fetch-data.sh fetches the whole set"));
  }
}

}  // namespace

std::string find_data(const std::string& named) {
  return with_hint([&] { return data::find_folder(named, data::default_folders()); });
}

data::Dataset load_set(const std::string& folder, data::Part part) {
  return with_hint([&] { return data::load(folder, part); });
}

}  // namespace mlpctl::app
