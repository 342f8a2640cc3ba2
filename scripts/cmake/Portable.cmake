# MLPCTL_PORTABLE: one build for several distributions. Of the libraries that the program needs, these have
# another name in each, so they are linked in: spdlog and fmt as headers (libspdlog.so.1.10, 1.15;
# libfmt.so.9, 10), libjpeg-turbo from its archive (libjpeg.so.62, and of another ABI libjpeg.so.8 in Ubuntu).
# What decodes PNG, TIFF, WebP and GIF stays the system's, which mends it.
set_property(TARGET spdlog::spdlog PROPERTY INTERFACE_COMPILE_DEFINITIONS SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
find_library(MLPCTL_JPEG_ARCHIVE NAMES libjpeg.a REQUIRED)
set_target_properties(JPEG::JPEG PROPERTIES
  IMPORTED_LOCATION ${MLPCTL_JPEG_ARCHIVE} IMPORTED_LOCATION_RELEASE ${MLPCTL_JPEG_ARCHIVE})

# Nothing stays that nothing calls.
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(LINKER:--gc-sections LINKER:--as-needed LINKER:--exclude-libs,ALL)
# 4 KB less between sections.
add_link_options(LINKER:-O1 LINKER:--sort-section=alignment)
# 65 KB less of relocations; glibc reads the short form since 2.36, of Debian 12.
include(CheckLinkerFlag)
check_linker_flag(CXX LINKER:-z,pack-relative-relocs MLPCTL_HAS_RELR)
if(MLPCTL_HAS_RELR)
  add_link_options(LINKER:-z,pack-relative-relocs)
endif()
