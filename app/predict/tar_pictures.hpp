#pragma once

#include <memory>
#include <string>

#include "data/tar_stream.hpp"
#include "predict/left_out.hpp"
#include "predict/picture_source.hpp"

namespace mlpctl::app {

/// The pictures in a tar archive, in its order and as they arrive; none of it is unpacked.
class TarPictures : public PictureSource {
 public:
  /// `shown`: the archive in answers; `name` is what errors call it. What is not answered for goes
  /// into left_out, which must outlive this.
  /// may_wait: whether the source does.
  TarPictures(data::ByteSource source, std::string shown, std::string name, LeftOut& left_out,
              bool may_wait);
  /// Of a file. Throws Error where it cannot be read.
  TarPictures(const std::string& path, LeftOut& left_out);

  /// Throws Error where the archive is damaged or cut off, and at the end where it held none.
  std::optional<PredictInput> next() override;
  bool may_wait() const override { return may_wait_; }

 private:
  std::optional<PredictInput> picture_of(const data::TarStream::Member& member);

  std::string shown_, name_;
  data::TarStream archive_;
  LeftOut& left_out_;
  bool may_wait_, is_empty_ = true;
};

/// All that the source gives, with what is there already before it. Throws Error, calling it
/// `name`, above `most` bytes.
std::vector<std::byte> read_whole(const data::ByteSource& source, std::string_view head,
                                  std::size_t most, const std::string& name);

/// Takes a picture's bytes from the source, as read_whole() does: at most as many as decoding one
/// may take, and no more with those of others that wait to be decoded. `size` is what is expected.
std::shared_ptr<const PictureBytes> take_picture(const data::ByteSource& source,
                                                 std::string_view head, std::size_t size,
                                                 const std::string& name);

}  // namespace mlpctl::app
