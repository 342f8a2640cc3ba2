# MLPCTL_PORTABLE: one build for several distributions. Of the libraries that the program needs, these have
# another name in each (liblept.so.5, libleptonica.so.6; libspdlog.so.1.10, 1.15; libfmt.so.9, 10), so they
# are linked in: Leptonica from its archive, spdlog and fmt as headers. What decodes PNG, JPEG, TIFF and
# WebP stays the system's, which mends it.
find_library(MLPCTL_LEPTONICA_ARCHIVE NAMES liblept.a libleptonica.a REQUIRED)
list(REMOVE_ITEM leptonica_STATIC_LIBRARIES lept leptonica)
set_target_properties(PkgConfig::leptonica PROPERTIES
  INTERFACE_LINK_LIBRARIES "${MLPCTL_LEPTONICA_ARCHIVE};${leptonica_STATIC_LIBRARIES}")
set_property(TARGET spdlog::spdlog PROPERTY INTERFACE_COMPILE_DEFINITIONS SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)

# Nothing stays that nothing calls.
add_link_options(LINKER:--gc-sections LINKER:--as-needed LINKER:--exclude-libs,ALL)
