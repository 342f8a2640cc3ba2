#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

namespace mlpctl {

/// The folder in which the last part of a path lies: "." for a bare name.
std::string folder_of(const std::string& path);

/// The name behind all links, also where nothing is there yet. The path must not lead in a ring,
/// which stat(2) tells as ELOOP.
std::string follow_links(std::string path);

/// Throws Error for what is no path but a URL.
void refuse_url(const std::string& output);

/// Where an output goes and what is there already.
struct OutputPath {
  /// The file itself: a link that was named is followed to its end, also where nothing is there
  /// yet.
  std::string path;
  std::optional<struct stat> old;
};

/// Follows the links of a path that is to be written and looks at what it finds. Throws Error where
/// no file can be put: a folder, a device or a pipe, links that lead back to themselves, a folder
/// that is missing, a URL, and a file that could not be written as it is: one without any
/// permission to write, for root too, and another user's that is closed to us.
OutputPath resolve_output(const std::string& named);

}  // namespace mlpctl
