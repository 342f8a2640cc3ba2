#include "cli/python_torch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace mlpctl::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{20};
constexpr char kQuestion[] =
    "import importlib.util, os, sys\n"
    "spec = importlib.util.find_spec('torch')\n"
    "sys.stdout.buffer.write(os.fsencode(list(spec.submodule_search_locations)[0]))\n";

/// What a process is started with: no input, its output into the pipe, and no word of its own.
class Streams {
 public:
  explicit Streams(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addchdir_np(&actions_, "/");
  }
  ~Streams() { posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::optional<pid_t> start_python(int output) {
  const Streams streams(output);
  std::string program = "python3", flag = "-c", question = kQuestion;
  std::array<char*, 4> arguments{program.data(), flag.data(), question.data(), nullptr};
  pid_t child = 0;
  const bool failed =
      posix_spawnp(&child, "python3", streams.actions(), nullptr, arguments.data(), environ) != 0;
  return failed ? std::nullopt : std::optional(child);
}

/// Everything that comes before the writers close the pipe or patience ends.
std::string read_all(int input) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (const auto end = Clock::now() + kPatience; Clock::now() < end;) {
    pollfd ready{input, POLLIN, 0};
    if (poll(&ready, 1, 100) <= 0) continue;
    const ssize_t count = read(input, buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::filesystem::path ask_python() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const std::optional<pid_t> child = start_python(ends[1]);
  close(ends[1]);
  std::string answer = child ? read_all(ends[0]) : "";
  close(ends[0]);
  if (child) {
    kill(*child, SIGKILL);  // It has answered, or never will.
    waitpid(*child, nullptr, 0);
  }
  return answer;
}

}  // namespace

const std::filesystem::path& python_torch() {
  static const std::filesystem::path folder = ask_python();
  return folder;
}

}  // namespace mlpctl::app
