#pragma once

#include <leptonica/allheaders.h>

namespace mlpctl::image {

/// The functions of Leptonica that are called. It is opened where a picture is first decoded and
/// not linked: it has another name in each distribution (liblept.so.5, libleptonica.so.6) though
/// these functions are the same, and with it come fifteen libraries that only pictures need.
#define MLPCTL_LEPTONICA_FUNCTIONS(FUNCTION) \
  FUNCTION(composeRGBAPixel)                 \
  FUNCTION(composeRGBPixel)                  \
  FUNCTION(pixConvert16To8)                  \
  FUNCTION(pixConvertTo8)                    \
  FUNCTION(pixCreate)                        \
  FUNCTION(pixCreateNoInit)                  \
  FUNCTION(pixDestroy)                       \
  FUNCTION(pixGetColormap)                   \
  FUNCTION(pixGetData)                       \
  FUNCTION(pixGetDepth)                      \
  FUNCTION(pixGetHeight)                     \
  FUNCTION(pixGetSpp)                        \
  FUNCTION(pixGetWidth)                      \
  FUNCTION(pixGetWpl)                        \
  FUNCTION(pixInvert)                        \
  FUNCTION(pixReadMemBmp)                    \
  FUNCTION(pixReadMemGif)                    \
  FUNCTION(pixReadMemTiff)                   \
  FUNCTION(pixReadMemWebP)                   \
  FUNCTION(pixRemoveColormap)                \
  FUNCTION(pixSetColormap)                   \
  FUNCTION(pixSetSpp)                        \
  FUNCTION(pixcmapAddColor)                  \
  FUNCTION(pixcmapCreate)                    \
  FUNCTION(pixcmapIsOpaque)                  \
  FUNCTION(pixcmapSetAlpha)                  \
  FUNCTION(readHeaderMemTiff)                \
  FUNCTION(setMsgSeverity)

// Pointers by the names of the functions, which they hide in this namespace.
// A name that is declared cannot stand in parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define MLPCTL_DECLARE(name) extern decltype(&::name) name;
MLPCTL_LEPTONICA_FUNCTIONS(MLPCTL_DECLARE)
#undef MLPCTL_DECLARE

/// Opens Leptonica, once, before any of them is called, and keeps it and the libraries below it
/// from printing what they find wrong: the caller says it better. Throws Error where there is none.
void open_leptonica();

}  // namespace mlpctl::image
