#include "cli/libtorch.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/input_file.hpp"
#include "base/shared_library.hpp"
#include "base/system_calls.hpp"
#include "build_settings.hpp"
#include "cli/libtorch_folder.hpp"
#include "cli/python_torch.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

namespace fs = std::filesystem;

std::string& libtorch_option() {
  static std::string folder;
  return folder;
}

std::string wanted_release() {
  return libtorch_release(kLibTorchVersion);
}

std::string how_to_get_it() {
  // Debian's pip installs into virtual environments alone.
  return "`python3 -m venv torch && torch/bin/pip install torch==" + wanted_release() +
         ".*` gets it, and --libtorch torch names it";
}

bool fits(const std::string& version) {
  return version.empty() || libtorch_release(version) == wanted_release();
}

Error other_release(const std::string& place, const std::string& version) {
  return Error(ErrorCode::kNotSupported, "mlpctl was built with LibTorch " + wanted_release() +
                                             ", " + place + " has " + libtorch_release(version) +
                                             "; " + how_to_get_it());
}

/// The size of a library. Throws Error for a file that the loader would crash on: it does not look
/// whether all of the file is there.
std::uint64_t whole_size(const fs::path& file) {
  Elf64_Ehdr header{};
  const std::string bytes = first_bytes_of(file, sizeof header);
  if (bytes.size() < sizeof header || !bytes.starts_with(ELFMAG)) {
    throw Error(ErrorCode::kCorruption, file.string() + " is not a library");
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  if (error) throw_system_error(file, error.value());
  if (size < header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize) {
    throw Error(ErrorCode::kCorruption, file.string() + " is cut off");
  }
  return size;
}

/// LibTorch ends the process when memory runs out while it starts: beside its file, which is mapped
/// as a whole, it needs some forty megabytes then.
bool has_memory_for(std::uint64_t library) {
  constexpr std::size_t kStart = std::size_t{64} << 20;
  const std::size_t size = library + kStart;
  void* const room = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return room != MAP_FAILED && munmap(room, size) == 0;
}

constexpr std::string_view kMissing = ": cannot open shared object file: No such file";

/// The library that the loader did not find, or empty where it says something else.
std::string missing_library(std::string_view reason) {
  const std::size_t end = reason.find(kMissing);
  return std::string(reason.substr(0, end == std::string_view::npos ? 0 : end));
}

/// Whether the system refused the loader a file, and nothing is wrong with what is in it.
bool is_refused(std::string_view reason) {
  return reason.find(": cannot ") != std::string_view::npos;
}

Error no_memory(const std::string& name) {
  return Error(ErrorCode::kIo, "not enough memory to load " + name);
}

[[noreturn]] void fail_to_open(const std::string& name, std::string_view reason) {
  if (lacks_memory(reason)) throw no_memory(name);
  const std::string missing = missing_library(reason);
  if (missing.empty() && is_refused(reason)) throw Error(ErrorCode::kIo, std::string(reason));
  throw Error(ErrorCode::kNotSupported,
              name + (missing.empty() ? " does not go with the other libraries that are here"
                                      : " needs " + missing + ", which is not found"));
}

/// The version that the loaded library itself tells; empty where it does not.
std::string version_of(void* torch_cpu) {
  void* const symbol = dlsym(torch_cpu, "aoti_torch_abi_version");
  if (symbol == nullptr) return "";
  const std::uint64_t version = reinterpret_cast<std::uint64_t (*)()>(symbol)();
  return std::to_string(version >> 56) + "." + std::to_string(version >> 48 & 0xff);
}

/// Each by its full name and before what needs it, so that nothing is looked for elsewhere.
void open_parts(const LibTorchFolder& libtorch) {
  if (!fits(libtorch.version)) throw other_release(libtorch.libraries, libtorch.version);
  for (const std::string_view part : {"c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"}) {
    const auto file = libtorch_part(libtorch.libraries, part);
    if (!file && part.ends_with("cuda")) continue;
    if (!file) {
      throw Error(ErrorCode::kNotFound, libtorch.libraries.string() + " has no lib" +
                                            std::string(part) + ".so: this LibTorch is not whole");
    }
    // Its own $ORIGIN is where the file lies, not where a link to it does.
    void* const library = open_library(fs::canonical(*file));
    if (part != "torch_cpu") continue;
    const std::string version = version_of(library);
    if (!fits(version)) throw other_release(libtorch.libraries, version);
  }
}

/// The option or variable that names a folder, and the folder; both empty where none does.
std::pair<std::string, std::string> named_libtorch() {
  if (!libtorch_option().empty()) return {"--libtorch", libtorch_option()};
  const char* const environment = std::getenv("LIBTORCH");
  const bool names_one = environment != nullptr && *environment != '\0';
  return names_one ? std::pair<std::string, std::string>{"LIBTORCH", environment}
                   : std::pair<std::string, std::string>{};
}

LibTorchFolder libtorch_named(const std::string& name, const std::string& folder) {
  const auto found = libtorch_in(folder);
  if (found) return *found;
  throw Error(ErrorCode::kNotFound, name + " " + folder +
                                        ": there is no libtorch_cpu.so in it, its lib or its "
                                        "torch/lib; " +
                                        how_to_get_it());
}

/// The first of the fitting release beside the program or of python3's, else one of another.
std::optional<LibTorchFolder> installed_libtorch(const fs::path& libraries) {
  std::optional<LibTorchFolder> other;
  for (const bool python : {false, true}) {
    const auto found = libtorch_in(python ? python_torch() : libraries);
    if (!found) continue;
    if (fits(found->version)) return found;
    other = found;
  }
  return other;
}

/// The first in the folders where the loader looks, as far as they can be known without it.
std::optional<LibTorchFolder> system_libtorch() {
  const char* const variable = std::getenv("LD_LIBRARY_PATH");
  std::istringstream folders(std::string(variable == nullptr ? "" : variable) +
                             ":/usr/local/lib:/usr/lib/x86_64-linux-gnu:/usr/lib64:/usr/lib");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && libtorch_part(folder, "torch_cpu")) return libtorch_in(folder);
  }
  return std::nullopt;
}

Error no_libtorch(const fs::path& libraries) {
  return Error(
      ErrorCode::kNotFound,
      "this needs LibTorch " + wanted_release() + ", which is neither in " + libraries.string() +
          " nor in python3's packages nor in the system's library path; " + how_to_get_it());
}

/// From where the loader itself looks; false when there is none.
bool open_from_the_system() {
  for (const std::string& name :
       {std::string("libtorch_cpu.so"), "libtorch_cpu.so." + wanted_release()}) {
    std::string reason;
    if (void* const library = ask_loader(name, reason)) {
      const std::string version = version_of(library);
      if (!fits(version)) throw other_release("the system's library path", version);
      return true;
    }
    if (missing_library(reason) != name) fail_to_open(name, reason);
  }
  return false;
}

/// The pages of this object that nobody writes to.
int give_back_pages(dl_phdr_info* object, std::size_t, void*) {
  if (std::string_view(object->dlpi_name).find("libtorch") == std::string_view::npos) return 0;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const Elf64_Phdr& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
    const std::uint64_t begin = (object->dlpi_addr + part.p_vaddr + page - 1) / page * page;
    const std::uint64_t end = (object->dlpi_addr + part.p_vaddr + part.p_memsz) / page * page;
    // The loader tells addresses as numbers. NOLINTNEXTLINE(performance-no-int-to-ptr)
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void give_back_start() {
  dl_iterate_phdr(give_back_pages, nullptr);
}

void add_libtorch_option(CLI::App& app) {
  app.add_option(
         "--libtorch", libtorch_option(),
         "LibTorch's folder (default: LIBTORCH, beside the program, python3's, the system's)")
      ->type_name("DIR")
      ->group("General");
}

std::string open_libtorch(const fs::path& libraries) {
  if (const auto [name, folder] = named_libtorch(); !name.empty()) {
    open_parts(libtorch_named(name, folder));
    return folder;
  }
  const auto installed = installed_libtorch(libraries);
  if (installed && fits(installed->version)) {
    open_parts(*installed);
    return installed->libraries;
  }
  if (open_from_the_system()) return "the system's library path";
  throw installed ? other_release(installed->libraries, installed->version)
                  : no_libtorch(libraries);
}

std::string describe_libtorch(const fs::path& libraries) {
  const auto [name, folder] = named_libtorch();
  auto found = name.empty() ? installed_libtorch(libraries) : libtorch_named(name, folder);
  if (name.empty() && !(found && fits(found->version))) {
    if (const auto system = system_libtorch()) found = system;
  }
  if (!found) return "none: training needs LibTorch " + wanted_release() + "; " + how_to_get_it();
  if (!fits(found->version))
    return "none: " + std::string(other_release(found->libraries, found->version).what());
  const std::string version = found->version.empty() ? "of unknown version" : found->version;
  return version + " in " + found->libraries.string();
}

void* open_library(const fs::path& file) {
  if (!has_memory_for(whole_size(file))) throw no_memory(file);
  std::string reason;
  void* const library = ask_loader(file, reason);
  if (library == nullptr) fail_to_open(file, reason);
  return library;
}

}  // namespace mlpctl::app
