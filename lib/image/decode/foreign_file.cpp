#include "image/decode/foreign_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace mlpctl::image {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kWithLibheif =
    "libheif reads it where it is installed (apt install libheif1)";
constexpr ForeignKind kHeic{"a", "HEIC photograph", kWithLibheif};
constexpr ForeignKind kAvif{"an", "AVIF picture", kWithLibheif};
constexpr ForeignKind kRaw{"a", "camera's raw photograph",
                           "dcraw_emu -T FILE makes a TIFF of it (libraw-bin)"};
constexpr ForeignKind kJpeg2000{"a", "JPEG 2000 picture",
                                "opj_decompress -i FILE -o FILE.png (libopenjp2-tools)"};
constexpr ForeignKind kJpegXl{"a", "JPEG XL picture", "djxl FILE FILE.png (libjxl-tools)"};
constexpr ForeignKind kSvg{"an", "SVG drawing", "rsvg-convert -o FILE.png FILE (librsvg2-bin)"};
constexpr ForeignKind kPdf{"a", "PDF", "pdftoppm -png -r 200 FILE PAGES (poppler-utils)"};
constexpr ForeignKind kPostScript{"a", "PostScript file",
                                  "gs -sDEVICE=png16m -r200 -o FILE.png FILE (ghostscript)"};
constexpr ForeignKind kIcon{"an", "icon file", "icotool -x FILE (icoutils)"};
constexpr ForeignKind kPhotoshop{"a", "Photoshop file", "convert FILE[0] FILE.png (imagemagick)"};
constexpr ForeignKind kGimp{"a", "GIMP picture", "convert FILE FILE.png (imagemagick)"};
constexpr ForeignKind kDjVu{"a", "DjVu document",
                            "ddjvu -format=tiff FILE FILE.tif (djvulibre-bin)"};
constexpr ForeignKind kDicom{"a", "DICOM picture", "dcm2img FILE FILE.png (dcmtk)"};
constexpr ForeignKind kBigTiff{"a", "BigTIFF", "save it as TIFF or PNG"};
constexpr ForeignKind kFilm{"a", "film", "ffmpeg -i FILE -frames:v 1 FILE.png (ffmpeg)"};
constexpr ForeignKind kMarkup{"a", "web page or XML file", ""};
constexpr ForeignKind kImages{"an", "IDX file of images", ""};
constexpr ForeignKind kLabels{"an", "IDX file of labels", ""};
constexpr ForeignKind kZip{"a", "ZIP archive or a model file", ""};
constexpr ForeignKind kGzip{"a", "gzip file", "gzip -dc FILE unpacks it"};
constexpr ForeignKind kParquet{
    "a", "Parquet table", "pandas.read_parquet reads it; write each picture's bytes to a file"};
constexpr ForeignKind kTar{"a", "tar archive", ""};
constexpr ForeignKind kProgram{"a", "program", ""};

struct Signature {
  std::size_t at;
  std::string_view bytes;
  const ForeignKind* kind;
};
constexpr std::array kSignatures{
    Signature{4, "ftypheic"sv, &kHeic},
    Signature{4, "ftypheix"sv, &kHeic},
    Signature{4, "ftypheim"sv, &kHeic},
    Signature{4, "ftyphevc"sv, &kHeic},
    Signature{4, "ftypmif1"sv, &kHeic},
    Signature{4, "ftypmsf1"sv, &kHeic},
    Signature{4, "ftypavif"sv, &kAvif},
    Signature{4, "ftypavis"sv, &kAvif},
    Signature{4, "ftypcrx "sv, &kRaw},
    Signature{4, "ftyp"sv, &kFilm},
    Signature{0, "FUJIFILMCCD-RAW"sv, &kRaw},
    Signature{0, "IIRO"sv, &kRaw},
    Signature{0, "IIRS"sv, &kRaw},
    Signature{0, "IIU\0"sv, &kRaw},
    Signature{0, "FOVb"sv, &kRaw},
    Signature{0, "\0\0\0\x0CjP"sv, &kJpeg2000},
    Signature{0, "\xFF\x4F\xFF\x51"sv, &kJpeg2000},
    Signature{0, "\xFF\x0A"sv, &kJpegXl},
    Signature{0, "\0\0\0\x0CJXL "sv, &kJpegXl},
    Signature{0, "PAR1"sv, &kParquet},
    Signature{0, "%PDF"sv, &kPdf},
    Signature{0, "%!PS"sv, &kPostScript},
    Signature{0, "\xC5\xD0\xD3\xC6"sv, &kPostScript},
    Signature{0, "\0\0\1\0"sv, &kIcon},
    Signature{0, "8BPS"sv, &kPhotoshop},
    Signature{0, "gimp xcf"sv, &kGimp},
    Signature{0, "AT&TFORM"sv, &kDjVu},
    Signature{128, "DICM"sv, &kDicom},
    Signature{0, "II\x2B\0"sv, &kBigTiff},
    Signature{0, "MM\0\x2B"sv, &kBigTiff},
    Signature{0, "\x1A\x45\xDF\xA3"sv, &kFilm},
    Signature{0, "\0\0\x08\3"sv, &kImages},
    Signature{0, "\0\0\x08\1"sv, &kLabels},
    Signature{0, "PK\3\4"sv, &kZip},
    Signature{0, "\x1F\x8B"sv, &kGzip},
    Signature{257, "ustar"sv, &kTar},
    Signature{0,
              "\x7F"
              "ELF"sv,
              &kProgram},
};

/// Text that begins with "<", before which there may be blanks and a byte order mark.
const ForeignKind* markup_of(const ByteView& file) {
  constexpr std::size_t kLooked = 512;
  std::string head;
  for (const std::byte b : file.bytes().first(std::min(file.size(), kLooked))) {
    head += static_cast<char>(std::tolower(std::to_integer<int>(b)));
  }
  std::string_view text = head;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (!text.starts_with('<')) return nullptr;
  return text.find("<svg") != text.npos ? &kSvg : &kMarkup;
}

}  // namespace

std::string ForeignKind::sentence() const {
  std::string text = "is " + std::string(article) + " " + std::string(name);
  if (remedy.empty()) return text + ", not a picture";
  return text + ", which is not read; " + std::string(remedy);
}

bool is_raw_tiff(const ByteView& file) {
  if (file.has(8, "CR\2")) return true;
  constexpr std::uint32_t kSubfileType = 254, kPicturesBelow = 330, kReduced = 1;
  constexpr std::size_t kEntry = 12, kFirst = 8;
  const bool little = file.has(0, "II");
  const auto u16 = [&](std::size_t at) { return little ? file.little16(at) : file.big16(at); };
  const auto u32 = [&](std::size_t at) { return little ? file.little32(at) : file.big32(at); };
  if (file.size() < kFirst + 2 || u32(4) != kFirst) return false;
  bool is_reduced = false, has_more = false;
  std::size_t at = kFirst + 2;
  for (std::uint32_t left = u16(kFirst); left > 0 && at + kEntry <= file.size(); --left) {
    if (u16(at) == kSubfileType) is_reduced = u32(at + 8) == kReduced;
    if (u16(at) == kPicturesBelow) has_more = true;
    at += kEntry;
  }
  return is_reduced && has_more;
}

const ForeignKind* foreign_kind_of(const ByteView& file) {
  if ((file.has(0, {"II*\0", 4}) || file.has(0, {"MM\0*", 4})) && is_raw_tiff(file)) return &kRaw;
  const auto* const found = std::ranges::find_if(kSignatures, [&](const Signature& signature) {
    return file.has(signature.at, signature.bytes);
  });
  return found != kSignatures.end() ? found->kind : markup_of(file);
}

}  // namespace mlpctl::image
