#include "predict/tar_pictures.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/input_file.hpp"
#include "image/decode/codec.hpp"
#include "mlpctl/error.hpp"
#include "predict/content.hpp"
#include "predict/input_blocks.hpp"

namespace mlpctl::app {
namespace {

constexpr std::size_t kMostBytes = image::kMaxDecodedBytes;

/// Reads a file from front to back; its pages leave memory again.
data::ByteSource bytes_of(const std::string& path) {
  auto file = std::make_shared<const InputFile>(path);
  return [file, at = std::size_t{0}](std::span<std::byte> out) mutable {
    const auto part = file->bytes().subspan(at);
    const std::size_t count = std::min(out.size(), part.size());
    if (count > 0) std::memcpy(out.data(), part.data(), count);
    file->forget_pages(part.first(count));
    file->check_unchanged();
    at += count;
    return count;
  };
}

[[noreturn]] void refuse_size(const std::string& name, std::size_t most) {
  throw Error(ErrorCode::kNotSupported, name + ": is larger than " +
                                            std::to_string(most / 1'000'000) +
                                            " MB, which is the most that is held in memory; "
                                            "give it as a file of its own");
}

}  // namespace

std::vector<std::byte> read_whole(const data::ByteSource& source, std::string_view head,
                                  std::size_t most, const std::string& name) {
  const auto first = as_byte_span(head);
  std::vector<std::byte> bytes(first.begin(), first.end());
  // Memory grows with what came, not with what was announced.
  std::vector<std::byte> step(64 << 10);
  while (const std::size_t count = source(step)) {
    if (count > most - std::min(most, bytes.size())) refuse_size(name, most);
    bytes.insert(bytes.end(), step.begin(), step.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return bytes;
}

std::shared_ptr<const PictureBytes> take_picture(const data::ByteSource& source,
                                                 std::string_view head, std::size_t size,
                                                 const std::string& name) {
  if (size > kMostBytes) refuse_size(name, kMostBytes);
  // With what the thread that takes it has of its block already, or it would wait for itself.
  static image::MemoryBudget budget(kMostBytes + kBytesOfBlock);
  // Made in place, for a share stays where it is.
  auto taken = std::shared_ptr<PictureBytes>(
      new PictureBytes{budget.take(static_cast<std::int64_t>(size)), {}});
  taken->bytes = read_whole(source, head, kMostBytes, name);
  return taken;
}

TarPictures::TarPictures(data::ByteSource source, std::string shown, std::string name,
                         LeftOut& left_out, bool may_wait)
    : shown_(std::move(shown)),
      name_(std::move(name)),
      archive_(std::move(source), name_),
      left_out_(left_out),
      may_wait_(may_wait) {}

TarPictures::TarPictures(const std::string& path, LeftOut& left_out)
    : TarPictures(bytes_of(path), path, path, left_out, false) {}

std::optional<PredictInput> TarPictures::picture_of(const data::TarStream::Member& member) {
  const data::ByteSource source = [this](std::span<std::byte> out) { return archive_.read(out); };
  std::string head(kTellingBytes, '\0');
  std::size_t there = 0;
  while (there < head.size()) {
    const std::size_t count = archive_.read(std::as_writable_bytes(std::span(head)).subspan(there));
    if (count == 0) break;
    there += count;
  }
  head.resize(there);
  const std::string path = shown_ + "[" + member.name + "]";
  if (content_of(head) != Content::kPicture && !image::has_picture_suffix(member.name)) {
    left_out_.add(head, path);
    return std::nullopt;
  }
  PredictInput input{.file = shown_, .member = member.name};
  try {
    input.bytes = take_picture(source, head, static_cast<std::size_t>(member.size), path);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kCorruption) throw;  // The archive's.
    input.error = error.what();
  }
  return input;
}

std::optional<PredictInput> TarPictures::next() {
  while (const std::optional<data::TarStream::Member> member = archive_.next()) {
    std::optional<PredictInput> picture = picture_of(*member);
    if (!picture) continue;
    is_empty_ = false;
    return picture;
  }
  if (std::exchange(is_empty_, false)) {
    throw Error(ErrorCode::kNotFound, name_ + ": the tar archive holds no pictures");
  }
  return std::nullopt;
}

}  // namespace mlpctl::app
