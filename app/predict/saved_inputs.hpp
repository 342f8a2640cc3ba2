#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "base/file_identity.hpp"
#include "cli/run_files.hpp"
#include "mlpctl/digits/answer.hpp"

namespace mlpctl::app {

/// The folder that the pictures that the net saw are written to, as NNNNN_NAME.png.
class SavedInputs {
 public:
  /// Makes the folder. `paths` are the pictures and folders that are read, `files` the run's
  /// others; both must outlive this.
  SavedInputs(const std::string& folder, const std::vector<std::string>& paths,
              const RunFiles& files);

  /// A picture that was read.
  void add_input(const std::string& file);
  /// Writes what the net saw of it. Throws Error where a file that the run reads has that name.
  void write(const digits::Digit& digit, const std::string& file);

 private:
  bool is_read(const std::string& path) const;

  std::string folder_;
  const RunFiles& files_;
  /// Whether the folder is one of those that are read, or in one.
  bool in_read_folder_;
  std::set<FileIdentity> read_;
  std::size_t count_ = 0;
};

}  // namespace mlpctl::app
