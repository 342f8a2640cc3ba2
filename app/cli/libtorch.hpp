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

/// Lets go of the code that LibTorch ran when it was opened, 45 MB of which a run needs a little
/// again: it is the system's cache, from where a page comes back when it is touched.
void give_back_start();

}  // namespace mlpctl::app
