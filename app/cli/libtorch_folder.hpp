#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mlpctl::app {

/// A LibTorch that lies somewhere, not yet opened.
struct LibTorchFolder {
  /// Absolute; holds libtorch_cpu.so and the others.
  std::filesystem::path libraries;
  /// "2.13.0+cpu", or empty where no file beside the libraries tells it.
  std::string version;
};

/// The LibTorch in `folder`, which may be LibTorch's own, that of Python's torch, the one that
/// holds either, a virtual environment of Python's, or the folder of the libraries.
std::optional<LibTorchFolder> libtorch_in(const std::filesystem::path& folder);

/// The file of a part such as "torch_cpu", also where a distribution put the release in its name.
std::optional<std::filesystem::path> libtorch_part(const std::filesystem::path& libraries,
                                                   std::string_view part);

/// The release that a version is of: "2.13" for "2.13.0+cpu". Only within one do LibTorch's classes
/// keep their layout.
std::string libtorch_release(std::string_view version);

}  // namespace mlpctl::app
