#include "predict/saved_inputs.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <filesystem>

#include "image/decode/picture_file.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

namespace fs = std::filesystem;

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw Error(ErrorCode::kIo, path + ": the folder cannot be made: " + error.message());
}

/// Whether the folder is `outer` or lies below it.
bool is_within(const std::string& folder, const std::string& outer) {
  std::error_code error;
  const fs::path inner_path = fs::canonical(folder, error);
  if (error || !fs::is_directory(outer, error)) return false;
  const fs::path outer_path = fs::canonical(outer, error);
  return !error && std::ranges::mismatch(outer_path, inner_path).in1 == outer_path.end();
}

}  // namespace

SavedInputs::SavedInputs(const std::string& folder, const std::vector<std::string>& paths,
                         const RunFiles& files)
    : folder_(folder), files_(files) {
  make_folder(folder);
  in_read_folder_ =
      std::ranges::any_of(paths, [&](const auto& path) { return is_within(folder, path); });
}

void SavedInputs::add_input(const std::string& file) {
  if (auto identity = identify(file)) read_.insert(*std::move(identity));
}

bool SavedInputs::is_read(const std::string& path) const {
  std::error_code error;
  if (!fs::exists(path, error)) return false;
  if (in_read_folder_ || files_.has(path)) return true;
  const auto identity = identify(path);
  return identity && read_.contains(*identity);
}

void SavedInputs::write(const digits::Digit& digit, const std::string& file) {
  const std::string stem = fs::path(file).stem().string();
  const std::string path = fs::path(folder_) / fmt::format("{:05}_{}.png", ++count_, stem);
  if (is_read(path)) {
    throw Error(ErrorCode::kNotSupported,
                path + ": is a file that is read; give --save-input a folder of its own");
  }
  image::Picture picture{.width = digits::kInputSide, .height = digits::kInputSide};
  picture.pixels.assign(digit.input.begin(), digit.input.end());
  write_png(picture, path);
}

}  // namespace mlpctl::app
