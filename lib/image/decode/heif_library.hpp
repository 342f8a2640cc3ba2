#pragma once

#include <cstddef>
#include <cstdint>

struct heif_context;
struct heif_image_handle;
struct heif_image;

namespace mlpctl::image {

/// What libheif's functions return, by value.
struct HeifError {
  int code = 0, subcode = 0;
  const char* message = nullptr;
};

/// The beginning of libheif's options, which has had this form since version 2 of it; the library
/// makes it, and may add to its end.
struct HeifOptions {
  std::uint8_t version, ignore_transformations;
  void* progress[4];
  std::uint8_t convert_hdr_to_8bit;
};

/// Numbers of libheif's enumerations.
struct Heif {
  static constexpr int kHevc = 1, kAv1 = 4, kRgb = 1, kRgbInterleaved = 10, kRgbaInterleaved = 11,
                       kInterleaved = 10, kUnsupportedFeature = 4, kUnsupportedCodec = 3000;
};

/// The functions of libheif that are called: its C interface, which has kept its form since 2018
/// (libheif.so.1). It is opened where a HEIC or AVIF file is first met and not linked, because with
/// it come 30 MB of coders, which would be loaded at every start and needed by every installation.
struct HeifLibrary {
  HeifError (*init)(void* params);
  int (*have_decoder_for_format)(int format);
  heif_context* (*context_alloc)();
  void (*context_free)(heif_context*);
  HeifError (*context_read_from_memory_without_copy)(heif_context*, const void* bytes,
                                                     std::size_t size, const void* options);
  int (*context_get_number_of_top_level_images)(heif_context*);
  void (*context_set_maximum_image_size_limit)(heif_context*, int side);
  void (*context_set_max_decoding_threads)(heif_context*, int threads);
  HeifError (*context_get_primary_image_ID)(heif_context*, std::uint32_t* id);
  HeifError (*context_get_primary_image_handle)(heif_context*, heif_image_handle**);
  void (*image_handle_release)(const heif_image_handle*);
  int (*image_handle_get_width)(const heif_image_handle*);
  int (*image_handle_get_height)(const heif_image_handle*);
  int (*image_handle_get_ispe_width)(const heif_image_handle*);
  int (*image_handle_get_ispe_height)(const heif_image_handle*);
  int (*image_handle_has_alpha_channel)(const heif_image_handle*);
  int (*image_handle_get_luma_bits_per_pixel)(const heif_image_handle*);
  HeifOptions* (*decoding_options_alloc)();
  void (*decoding_options_free)(HeifOptions*);
  HeifError (*decode_image)(const heif_image_handle*, heif_image**, int colorspace, int chroma,
                            const HeifOptions*);
  int (*image_get_width)(const heif_image*, int channel);
  int (*image_get_height)(const heif_image*, int channel);
  const std::uint8_t* (*image_get_plane_readonly)(const heif_image*, int channel, int* stride);
  void (*image_release)(const heif_image*);
};

/// The system's libheif, opened once; nullptr where none is installed that has all of the
/// functions.
const HeifLibrary* heif_library();

}  // namespace mlpctl::image
