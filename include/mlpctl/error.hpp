#pragma once

#include <stdexcept>
#include <string>

namespace mlpctl {

/// What kind of failure an Error tells of, for programs that act on it.
enum class ErrorCode {
  kNotFound,         ///< no such file, folder, entry or device
  kCorruption,       ///< a file is damaged, cut off or not what it claims to be
  kNotSupported,     ///< a file or a wish is sound, but not one that this library handles
  kInvalidArgument,  ///< the caller's values are out of range or contradict each other
  kIo,               ///< the system refused: no permission, a full disk, no memory
};

/// The one exception of the libraries. what() is a sentence for the user: which file or value, what
/// is wrong, what to do. A setting of the caller's stands in it as `name`, as it is called in the
/// options. It is thrown where the failure was found.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& sentence) : runtime_error(sentence), code_(code) {}

  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace mlpctl
