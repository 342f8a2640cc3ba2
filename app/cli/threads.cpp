#include "cli/threads.hpp"

#include <charconv>
#include <cstdlib>

#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"
#include "thread/available_cpus.hpp"

namespace mlpctl::app {
namespace {

constexpr int kMaxThreads = 1024;

/// The number, or 0 when the text is none or out of range.
int parse(const std::string& text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end && value <= kMaxThreads ? value : 0;
}

}  // namespace

void add_threads_option(CLI::App& command, std::string& threads) {
  threads = "auto";
  command
      .add_option("--threads", threads,
                  "Number of threads, from 1 to 1024; auto: as many as there are processors to use")
      ->type_name("auto|N")
      ->capture_default_str()
      ->group("Device");
}

int thread_count(const std::string& threads) {
  if (threads == "auto") {
    const char* openmp = std::getenv("OMP_NUM_THREADS");
    const int wished = openmp != nullptr ? parse(openmp) : 0;
    return wished > 0 ? wished : available_cpus();
  }
  const int count = parse(threads);
  if (count < 1) {
    throw UsageError("--threads " + threads + ": give auto or a number from 1 to " +
                     std::to_string(kMaxThreads));
  }
  return count;
}

}  // namespace mlpctl::app
