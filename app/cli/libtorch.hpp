#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>

namespace mlpctl::app {

/// Adds --libtorch DIR.
void add_libtorch_option(CLI::App& app);

/// Opens the libraries of the first LibTorch in this order: --libtorch, the environment's LIBTORCH,
/// the folder `libraries` (the program's own), python3's torch, the system's library path. One of
/// another release is passed over unless one of the first two names it. Gives the words for where
/// it lies. Throws Error saying what was looked for and how to get it.
std::string open_libtorch(const std::filesystem::path& libraries);

/// "2.13.0+cpu in DIR" of the LibTorch that open_libtorch() would open, or what keeps it from that.
/// Opens nothing: a library that is damaged shows only there.
std::string describe_libtorch(const std::filesystem::path& libraries);

/// dlopen, with an Error that tells what is wrong with the file.
void* open_library(const std::filesystem::path& file);

}  // namespace mlpctl::app
