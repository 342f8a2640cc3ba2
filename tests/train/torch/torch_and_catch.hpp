#pragma once

// LibTorch has a CHECK of its own, which ends the process. Whichever comes last is meant, so these
// come before the test's.
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/module.h>

#include <catch2/catch_test_macros.hpp>
