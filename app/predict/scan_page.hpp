#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "predict/result.hpp"
#include "predict/thumbnail.hpp"
#include "report/evaluation.hpp"
#include "report/most_doubtful.hpp"

namespace mlpctl::app {

/// The report of what predict read, sorted by doubt. Pictures come one after the other, and however
/// many they are, what is kept of them makes a page below 2 MB: the answers of some 10,000, and of
/// the least sure of these what the net saw and, reduced, the picture.
class ScanPage {
 public:
  explicit ScanPage(const Style& style) : style_(style) {}

  void add(const Result& result, Thumbnail thumbnail);
  /// The file.
  std::string html(const std::string& title, const Facts& facts) const;
  /// The short form, for the summary of a CI run: how many, and the least sure of them.
  std::string markdown(const std::string& title, const Facts& facts) const;

 private:
  using Json = nlohmann::ordered_json;
  struct Seen {
    digits::Digit digit;
    std::size_t line;
  };
  struct Photo {
    std::string uri;
    int width, height;
  };

  std::string summary() const;
  Json row_of(const Result& result) const;
  void keep_digits(const Doubt& doubt, const digits::Answer& answer);
  void keep_photo(const Doubt& doubt, MostDoubtful<Photo>& photos, std::string uri,
                  const Thumbnail& thumbnail);

  const Style& style_;
  std::size_t pictures_ = 0, failed_ = 0, blank_ = 0, digits_ = 0;
  // In characters of the page, but for the digits, each of which takes at most 600.
  MostDoubtful<Json> rows_{800'000};
  MostDoubtful<std::vector<Seen>> seen_{600};
  MostDoubtful<Photo> large_{400'000}, small_{300'000};
};

}  // namespace mlpctl::app
