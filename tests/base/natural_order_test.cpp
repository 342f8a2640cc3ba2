#include "base/natural_order.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using mlpctl::naturally_before;

TEST_CASE("numbers in names are compared by their values") {
  const std::vector<std::string> ordered{"",     "0",     "00",      "01",      "1",     "2",
                                         "10",   "a",     "a1",      "a1b2",    "a1b10", "a2",
                                         "a2.b", "a010z", "a10z.10", "a100",    "b",     "b.2.w",
                                         "b.10", "b.10.", "b.10.w",  "b.100.w", "c"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      INFO(ordered[i] << " and " << ordered[j]);
      CHECK(naturally_before(ordered[i], ordered[j]) == (i < j && ordered[i] != ordered[j]));
    }
  }
}
