#include "state/container/safetensors_header.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "mlpctl/error.hpp"
#include "state/value/dtype_codes.hpp"

namespace mlpctl::state {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse_header(const std::string& what) {
  throw Error(ErrorCode::kCorruption, "a safetensors file whose header " + what +
                                          ": it is damaged; download or copy it again");
}

/// Takes the header's events as they come, so that nothing but the entries is ever kept and a key
/// that comes twice is seen.
class HeaderHandler : public nlohmann::json_sax<Json> {
 public:
  SafetensorsHeader header;

  bool null() override { refuse_header("holds a null"); }
  bool boolean(bool) override { refuse_header("holds a boolean"); }
  bool number_integer(std::int64_t) override { refuse_header("holds a negative number"); }
  bool number_float(double, const std::string&) override { refuse_header("holds a fraction"); }
  bool binary(Json::binary_t&) override { refuse_header("holds binary data"); }

  bool number_unsigned(std::uint64_t value) override {
    if (value > std::numeric_limits<std::int64_t>::max())
      refuse_header("holds an impossible number");
    if (place_ == Place::kShape) {
      if (entry().shape.size() == kMaxRank)
        refuse_header("has a tensor of more than 64 dimensions");
      entry().shape.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::kOffsets && offsets_ < 2) {
      (offsets_++ == 0 ? entry().begin : entry().end) = value;
    } else {
      refuse_header("holds a number where none belongs");
    }
    return true;
  }

  bool string(std::string& value) override {
    if (place_ == Place::kMetadata) {
      header.metadata.emplace_back(std::move(key_), std::move(value));
      key_.clear();
      return true;
    }
    if (place_ != Place::kEntry || key_ != "dtype")
      refuse_header("holds a text where none belongs");
    const auto dtype = parse_safetensors_code(value);
    if (!dtype) refuse_header("names the unknown dtype " + value);
    entry().dtype = *dtype;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop && key_ == "__metadata__") {
      if (has_metadata_) refuse_header("has __metadata__ twice");
      has_metadata_ = true;
      place_ = Place::kMetadata;
    } else if (place_ == Place::kTop) {
      header.entries.push_back({std::move(key_), DType::kFloat32, {}, 0, 0});
      key_.clear();
      seen_ = 0;
      place_ = Place::kEntry;
    } else {
      refuse_header("holds an object where none belongs");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kEntry && seen_ != (kDtype | kShape | kOffsets)) {
      refuse_header("has a tensor without dtype, shape or data_offsets");
    }
    place_ = place_ == Place::kTop ? Place::kEnd : Place::kTop;
    return true;
  }

  bool key(std::string& value) override {
    key_ = std::move(value);
    if (place_ == Place::kEntry) see(key_);
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::kEntry && key_ == "shape") {
      place_ = Place::kShape;
    } else if (place_ == Place::kEntry && key_ == "data_offsets") {
      place_ = Place::kOffsets;
      offsets_ = 0;
    } else {
      refuse_header("holds a list where none belongs");
    }
    return true;
  }

  bool end_array() override {
    if (place_ == Place::kOffsets && offsets_ != 2)
      refuse_header("has data_offsets that are not two");
    place_ = Place::kEntry;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    refuse_header("is broken JSON");
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kEntry, kShape, kOffsets, kEnd };
  static constexpr unsigned kDtype = 1, kShape = 2, kOffsets = 4;
  static constexpr std::size_t kMaxRank = 64;

  SafetensorsEntry& entry() { return header.entries.back(); }

  void see(const std::string& field) {
    unsigned bit = 0;
    if (field == "dtype") bit = kDtype;
    if (field == "shape") bit = kShape;
    if (field == "data_offsets") bit = kOffsets;
    if (bit == 0) refuse_header("has a tensor with the unknown field " + field);
    if ((seen_ & bit) != 0) refuse_header("has a tensor with " + field + " twice");
    seen_ |= bit;
  }

  Place place_ = Place::kStart;
  std::string key_;
  unsigned seen_ = 0;
  int offsets_ = 0;
  bool has_metadata_ = false;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json) {
  // The JSON parser takes a NUL for the end and would pass over what follows.
  if (json.find('\0') != json.npos) refuse_header("is broken JSON");
  HeaderHandler handler;
  Json::sax_parse(json.begin(), json.end(), &handler);
  return std::move(handler.header);
}

}  // namespace mlpctl::state
