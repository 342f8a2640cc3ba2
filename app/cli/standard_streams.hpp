#pragma once

#include <array>
#include <iostream>
#include <streambuf>

namespace mlpctl::app {

/// Fills the places of descriptors 0 to 2 that are closed, so that no file that is opened later
/// gets the number and what is printed never goes into it. What stands there can be neither read
/// from (0) nor written to (1, 2): results that nobody takes stay an error.
void fill_closed_descriptors();

/// What std::cout prints through while it is there: standard output, with the reason kept why it
/// failed. What is written at once are whole lines, as far as a line fits, which other programs
/// that write there cannot part.
class StandardOutput : public std::streambuf {
 public:
  StandardOutput();
  ~StandardOutput() override;
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  /// The errno of the first write that failed, 0 without one.
  int error() const { return error_; }

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  void write(std::size_t size);

  std::streambuf* before_;
  std::array<char, 1 << 16> buffer_;
  int error_ = 0;
  bool is_pipe_;
};

}  // namespace mlpctl::app
