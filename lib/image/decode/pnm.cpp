#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "image/decode/codec.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kPnmSuffixes[] = {".pnm", ".pbm", ".pgm", ".ppm"};

bool begins_at(const ByteView& file, std::size_t at) {
  return file.has(at, "P") && file.size() > at + 2 && file.u8(at + 1) >= '1' &&
         file.u8(at + 1) <= '6' && (file.u8(at + 2) <= ' ' || file.u8(at + 2) == '#');
}

bool is_pnm(const ByteView& file) {
  return begins_at(file, 0);
}

/// Reads a PNM from its second byte on.
class PnmReader {
 public:
  explicit PnmReader(const ByteView& file, std::size_t start = 0) : file_(file), at_(start + 2) {}

  /// One number, after blanks and comments.
  std::int64_t number() {
    skip_blanks();
    std::int64_t value = 0;
    const std::size_t start = at_;
    for (; at_ < file_.size() && is_digit() && at_ < start + 10; ++at_) {
      value = value * 10 + file_.u8(at_) - '0';
    }
    if (at_ == start) file_.fail("is a damaged PNM: a number is missing");
    return value;
  }

  /// One pixel of a bitmap in text, where no blank need part one from the next.
  std::uint32_t bit() {
    skip_blanks();
    const std::uint32_t value = file_.u8(at_++) - '0';
    if (value > 1) file_.fail("is a damaged PNM: a bit is neither 0 nor 1");
    return value;
  }

  /// Where binary pixels begin: behind the one blank after the header.
  std::size_t data() const { return at_ + 1; }

 private:
  bool is_digit() const { return std::isdigit(static_cast<int>(file_.u8(at_))) != 0; }
  void skip_blanks() {
    while (std::isspace(static_cast<int>(file_.u8(at_))) != 0 || file_.u8(at_) == '#') {
      if (file_.u8(at_) == '#') {
        while (file_.u8(at_) != '\n') ++at_;
      } else {
        ++at_;
      }
    }
  }

  const ByteView& file_;
  std::size_t at_;
};

struct PnmForm {
  bool text = false, bitmap = false, colour = false;
};

PnmForm form_of(const ByteView& file, std::size_t start = 0) {
  const std::uint32_t kind = file.u8(start + 1) - '0';
  return {.text = kind <= 3, .bitmap = kind % 3 == 1, .colour = kind % 3 == 0};
}

/// The level of full brightness, which a bitmap does not state.
std::int64_t largest_level(const ByteView& file, const PnmForm& form, PnmReader& reader) {
  if (form.bitmap) return 1;
  const std::int64_t largest = reader.number();
  if (largest < 1 || largest > 65535) {
    file.fail("is a damaged PNM: its largest value is " + std::to_string(largest));
  }
  return largest;
}

/// One picture of a file.
struct PnmPart {
  PictureHeader header;
  std::size_t end = 0;  ///< of binary pixels; 0: they are text, or too many
};

PnmPart part_at(const ByteView& file, std::size_t start) {
  PnmPart part;
  PictureHeader& header = part.header;
  const PnmForm form = form_of(file, start);
  PnmReader reader(file, start);
  header.width = reader.number();
  header.height = reader.number();
  const std::int64_t largest = largest_level(file, form, reader);
  // The limits are judged later, and what is far above them would overflow here.
  if (!form.text && header.width <= kMaxSide && header.height <= kMaxSide) {
    const std::int64_t samples = header.width * (form.colour ? 3 : 1);
    const std::int64_t row = form.bitmap ? (samples + 7) / 8 : samples * (largest > 255 ? 2 : 1);
    part.end = reader.data() + static_cast<std::size_t>(row * header.height);
    file.require(part.end);
  } else if (header.width <= kMaxSide && header.height <= kMaxSide &&
             header.width * header.height <= kMaxPixels) {
    // A digit a value, and but for bitmaps a blank between two.
    const std::int64_t values = header.width * header.height * (form.colour ? 3 : 1);
    file.require(reader.data() + static_cast<std::size_t>(form.bitmap ? values : 2 * values - 1));
  }
  return part;
}

/// How many pictures follow each other from `at` on. What is not one ends them.
std::int64_t pictures_from(const ByteView& file, std::size_t at) {
  std::int64_t count = 0;
  try {
    for (; at != 0 && begins_at(file, at); ++count) at = part_at(file, at).end;
  } catch (const Error&) {
  }
  return count;
}

PictureHeader pnm_header(const ByteView& file) {
  const PnmPart part = part_at(file, 0);
  PictureHeader header = part.header;
  if (part.end != 0) header.sequence = {1 + pictures_from(file, part.end), "picture"};
  return header;
}

std::int64_t pnm_memory(const ByteView& file, const PictureHeader& header, const Reducing&) {
  return header.width * header.height * (form_of(file).colour ? 3 : 1);
}

/// The pixels of a PNM of any kind from P1 to P6 and any largest value, as 8 bits.
Picture decode_pnm(const ByteView& file, const PictureHeader& header, const Reducing& reducing) {
  const PnmForm form = form_of(file);
  PnmReader reader(file);
  for (int side = 0; side < 2; ++side) reader.number();
  const auto largest = static_cast<std::uint32_t>(largest_level(file, form, reader));
  Picture picture{.width = static_cast<int>(header.width),
                  .height = static_cast<int>(header.height),
                  .channels = form.colour ? 3 : 1};
  const auto row = static_cast<std::size_t>(picture.width) * (form.colour ? 3 : 1);
  const std::size_t count = row * static_cast<std::size_t>(picture.height);
  const std::size_t data = reader.data(), packed = (row + 7) / 8;
  const auto level = [&](std::size_t i) -> std::uint32_t {
    if (form.bitmap) {  // 1 is black.
      if (form.text) return 1 - reader.bit();
      return 1 - (file.u8(data + i / row * packed + i % row / 8) >> (7 - i % row % 8) & 1U);
    }
    if (form.text)
      return static_cast<std::uint32_t>(std::min<std::int64_t>(reader.number(), largest));
    const std::uint32_t stored = largest > 255 ? file.big16(data + 2 * i) : file.u8(data + i);
    return std::min(stored, largest);
  };
  picture.pixels.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    picture.pixels[i] = static_cast<std::uint8_t>((level(i) * 255 + largest / 2) / largest);
  }
  return reduce_to_pixels(std::move(picture), reducing.max_pixels);
}

}  // namespace

const Codec kPnm{"PNM", kPnmSuffixes, is_pnm, pnm_header, pnm_memory, decode_pnm};

}  // namespace mlpctl::image
