#include "state/zip/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "mlpctl/error.hpp"

namespace mlpctl::state {
namespace {

struct Inflater {
  Inflater() {
    // Negative: no zlib header around the stream.
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error(ErrorCode::kIo, "zlib cannot start");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
};

uInt part(std::size_t left) {
  return static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<uInt>::max()));
}

}  // namespace

std::vector<std::byte> inflate_raw(std::span<const std::byte> packed, std::size_t size) {
  // One byte more than wanted shows a stream that goes on.
  std::vector<std::byte> bytes(size + 1);
  Inflater inflater;
  z_stream& stream = inflater.stream;
  std::size_t in = 0, out = 0;
  int result = Z_OK;
  while (result == Z_OK) {
    const uInt offered = part(packed.size() - in), room = part(bytes.size() - out);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + in));
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + out);
    stream.avail_in = offered;
    stream.avail_out = room;
    result = inflate(&stream, Z_NO_FLUSH);
    in += offered - stream.avail_in;
    out += room - stream.avail_out;
  }
  if (result != Z_STREAM_END || in != packed.size() || out != size) {
    throw Error(ErrorCode::kCorruption,
                "a compressed record in it is broken: copy or download the file again");
  }
  bytes.pop_back();
  return bytes;
}

Inflated inflate_leniently(std::span<const std::byte> packed, std::size_t limit) {
  constexpr std::size_t kRoom = std::size_t{1} << 16U;
  // Deflate makes no more of its bytes.
  constexpr std::size_t kMostRatio = 1032;
  Inflated inflated;
  inflated.bytes.reserve(
      std::min(limit, packed.size() < limit ? packed.size() * kMostRatio : limit));
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = part(packed.size());
  int result = Z_OK;
  while (result == Z_OK && inflated.bytes.size() < limit) {
    const std::size_t begin = inflated.bytes.size();
    inflated.bytes.resize(std::min(limit, begin + kRoom));
    const std::size_t room = inflated.bytes.size() - begin;
    stream.next_out = reinterpret_cast<Bytef*>(inflated.bytes.data() + begin);
    stream.avail_out = part(room);
    result = inflate(&stream, Z_NO_FLUSH);
    inflated.bytes.resize(begin + room - stream.avail_out);
  }
  inflated.whole = result == Z_STREAM_END;
  return inflated;
}

}  // namespace mlpctl::state
