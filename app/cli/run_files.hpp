#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_identity.hpp"

namespace mlpctl::app {

/// The files of one run, under whatever names and links, so that none is written that the run also
/// reads or writes for something else.
class RunFiles {
 public:
  /// `option` is the option that names the path, "" for an argument. An empty path is no file.
  void add_input(std::string_view option, const std::string& path);
  void add_inputs(std::string_view option, const std::vector<std::string>& paths);
  void add_output(std::string_view option, const std::string& path);
  /// Standard input is read.
  void add_standard_input();
  /// The output takes the place of what was read: `save --from a.pt --out a.pt`.
  void allow(std::string_view input, std::string_view output);

  /// Throws UsageError for two uses of one file, of which one writes it, standard output and
  /// standard error included. To be called before anything is written.
  void check();
  /// Whether the path is one of them.
  bool has(const std::string& path) const;

 private:
  struct Use {
    std::string option, path;
    bool written;
    FileIdentity file;
  };

  void add(std::string_view option, const std::string& path, bool written);
  void add_stream(std::string_view name, int fd, bool written);
  bool may_share(const Use& output, const Use& other) const;

  std::vector<Use> uses_;
  std::vector<std::pair<std::string, std::string>> allowed_;
};

}  // namespace mlpctl::app
