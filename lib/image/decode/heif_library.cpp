#include "image/decode/heif_library.hpp"

#include <dlfcn.h>

#include <optional>
#include <string>

#include "base/shared_library.hpp"

namespace mlpctl::image {
namespace {

/// Looks up functions of an open library and remembers whether one was missing.
class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}

  template <typename Function>
  void find(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(dlsym(library_, (std::string("heif_") + name).c_str()));
    all_there_ = all_there_ && function != nullptr;
  }
  bool all_there() const { return all_there_; }

 private:
  void* library_;
  bool all_there_ = true;
};

std::optional<HeifLibrary> open_heif() {
  std::string reason;  // Not told: without it HEIC and AVIF are not read.
  void* const library = ask_loader("libheif.so.1", reason);
  if (library == nullptr) return std::nullopt;
  HeifLibrary heif{};
  Symbols symbols(library);
  symbols.find(heif.init, "init");
  symbols.find(heif.have_decoder_for_format, "have_decoder_for_format");
  symbols.find(heif.context_alloc, "context_alloc");
  symbols.find(heif.context_free, "context_free");
  symbols.find(heif.context_read_from_memory_without_copy, "context_read_from_memory_without_copy");
  symbols.find(heif.context_get_number_of_top_level_images,
               "context_get_number_of_top_level_images");
  symbols.find(heif.context_set_maximum_image_size_limit, "context_set_maximum_image_size_limit");
  symbols.find(heif.context_set_max_decoding_threads, "context_set_max_decoding_threads");
  symbols.find(heif.context_get_primary_image_ID, "context_get_primary_image_ID");
  symbols.find(heif.context_get_primary_image_handle, "context_get_primary_image_handle");
  symbols.find(heif.image_handle_release, "image_handle_release");
  symbols.find(heif.image_handle_get_width, "image_handle_get_width");
  symbols.find(heif.image_handle_get_height, "image_handle_get_height");
  symbols.find(heif.image_handle_get_ispe_width, "image_handle_get_ispe_width");
  symbols.find(heif.image_handle_get_ispe_height, "image_handle_get_ispe_height");
  symbols.find(heif.image_handle_has_alpha_channel, "image_handle_has_alpha_channel");
  symbols.find(heif.image_handle_get_luma_bits_per_pixel, "image_handle_get_luma_bits_per_pixel");
  symbols.find(heif.decoding_options_alloc, "decoding_options_alloc");
  symbols.find(heif.decoding_options_free, "decoding_options_free");
  symbols.find(heif.decode_image, "decode_image");
  symbols.find(heif.image_get_width, "image_get_width");
  symbols.find(heif.image_get_height, "image_get_height");
  symbols.find(heif.image_get_plane_readonly, "image_get_plane_readonly");
  symbols.find(heif.image_release, "image_release");
  // Without it, decoders that are files of their own are not found.
  if (symbols.all_there() && heif.init(nullptr).code == 0) return heif;
  dlclose(library);
  return std::nullopt;
}

}  // namespace

const HeifLibrary* heif_library() {
  static const std::optional<HeifLibrary> library = open_heif();
  return library ? &*library : nullptr;
}

}  // namespace mlpctl::image
