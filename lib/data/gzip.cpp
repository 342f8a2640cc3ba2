#include "data/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "base/byte_reader.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

constexpr std::size_t kMaxStep = std::numeric_limits<uInt>::max();
// zlib's window size, plus 16 for "a gzip header and trailer".
constexpr int kGzipWindow = 15 + 16;
// MNIST as a table packs to a ninth, and black pictures to a thousandth; a small file may be those.
constexpr std::size_t kMostTextRatio = 64, kTextAlwaysUnpacked = 64 << 20;

}  // namespace

struct GzipReader::Stream {
  z_stream z{};
  std::span<const std::byte> left;
  bool ended = false;
};

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

GzipReader::GzipReader(std::span<const std::byte> bytes, std::string name)
    : name_(std::move(name)), stream_(std::make_unique<Stream>()) {
  stream_->left = bytes;
  if (inflateInit2(&stream_->z, kGzipWindow) != Z_OK) throw std::bad_alloc();
}

GzipReader::~GzipReader() {
  inflateEnd(&stream_->z);
}

std::size_t GzipReader::read(std::span<std::byte> out) {
  Stream& s = *stream_;
  std::size_t done = 0;
  while (done < out.size() && !s.ended) {
    const std::size_t in_step = std::min(s.left.size(), kMaxStep);
    const std::size_t out_step = std::min(out.size() - done, kMaxStep);
    s.z.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(s.left.data()));
    s.z.avail_in = static_cast<uInt>(in_step);
    s.z.next_out = reinterpret_cast<Bytef*>(out.data() + done);
    s.z.avail_out = static_cast<uInt>(out_step);
    const int status = inflate(&s.z, Z_NO_FLUSH);
    s.left = s.left.subspan(in_step - s.z.avail_in);
    done += out_step - s.z.avail_out;
    if (status == Z_STREAM_END) {
      s.ended = true;
      if (!s.left.empty())
        throw Error(ErrorCode::kCorruption, name_ + ": has bytes after the end of its gzip data");
    } else if (status == Z_BUF_ERROR && s.left.empty()) {
      throw Error(ErrorCode::kCorruption,
                  name_ + ": the gzip data is cut off; download the file again");
    } else if (status != Z_OK) {
      const std::string why = s.z.msg != nullptr ? s.z.msg : "unknown";
      throw Error(ErrorCode::kCorruption,
                  name_ + ": the gzip data is damaged (" + why + "); download the file again");
    }
  }
  return done;
}

std::string unpacked_begin(std::string_view begin, std::size_t most) {
  if (!is_gzip(as_byte_span(begin))) return std::string(begin.substr(0, most));
  // Where the bytes end within a step, the step is lost.
  constexpr std::size_t kStep = 32;
  std::string unpacked(most, '\0');
  const auto out = std::as_writable_bytes(std::span(unpacked));
  GzipReader reader(as_byte_span(begin), "");
  std::size_t done = 0;
  try {
    while (done < most) {
      const std::size_t count = reader.read(out.subspan(done, std::min(kStep, most - done)));
      if (count == 0) break;
      done += count;
    }
  } catch (const Error&) {  // Cut off or damaged: what came before it tells what it is.
    return unpacked.substr(0, done);
  }
  return unpacked.substr(0, done);
}

std::vector<std::byte> gunzip_text(std::span<const std::byte> bytes, const std::string& name) {
  const std::size_t most = std::max(kTextAlwaysUnpacked, bytes.size() * kMostTextRatio);
  GzipReader reader(bytes, name);
  std::vector<std::byte> text;
  // Memory grows with what comes, not with what may come.
  constexpr std::size_t kStep = 1 << 20;
  for (std::size_t there = 0;;) {
    text.resize(there + kStep);
    const std::size_t count = reader.read(std::span(text).subspan(there));
    there += count;
    if (there > most) {
      throw Error(ErrorCode::kNotSupported,
                  name + ": unpacks to more than " + std::to_string(kMostTextRatio) +
                      " times its " + std::to_string(bytes.size()) +
                      " packed bytes, as no table does; if it is one, unpack it with gunzip");
    }
    if (count == kStep) continue;
    text.resize(there);
    return text;
  }
}

TextFile::TextFile(const std::string& path) : file_(path) {
  if (is_gzip(file_.bytes())) unpacked_ = gunzip_text(file_.bytes(), path);
}

}  // namespace mlpctl::data
