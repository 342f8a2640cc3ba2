#pragma once

#include <stdexcept>

namespace mlpctl {

/// The one exception of the libraries. what() is a sentence for the user: which file or value, what
/// is wrong, what to do. It is thrown where the failure was found; the program prints it and
/// exits 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Values that contradict each other or are out of range; the program prints it and exits 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace mlpctl
