#pragma once

namespace mlpctl::train {

/// Names the sources, compiler and settings of the build that this half of the program, the
/// executable or its LibTorch library, is from. The halves of one build have the same, and so have
/// two builds of the same. The file is made by scripts/cmake/BuildId.cmake.
const char* build_id();

}  // namespace mlpctl::train
