#include "state/copy/names.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mlpctl::state;

TEST_CASE("a pattern matches the whole name, and * passes over dots") {
  CHECK(matches_glob("encoder.layer.0.weight", "encoder.*"));
  CHECK(matches_glob("encoder.layer.0.weight", "*.weight"));
  CHECK(matches_glob("encoder.layer.0.weight", "*.layer.[0-3].*"));
  CHECK_FALSE(matches_glob("encoder.layer.4.weight", "*.layer.[0-3].*"));
  CHECK_FALSE(matches_glob("decoder.encoder.weight", "encoder.*"));
}

TEST_CASE("a name or what stands before a dot is renamed") {
  CHECK(renamed("fc.weight", "fc.weight", "w") == "w");
  CHECK(renamed("fc.weight", "fc", "head.0") == "head.0.weight");
  CHECK(renamed("fc.weight", "fc.", "head_") == "head_weight");
  CHECK(renamed("model.fc.weight", "model", "") == "fc.weight");
  CHECK(renamed("weight", "", "fc.") == "fc.weight");
  CHECK_FALSE(renamed("fc1.weight", "fc", "head"));
  CHECK_FALSE(renamed("model.fc.weight", "fc", "head"));
}

TEST_CASE("what a star stands for goes where the new name has one") {
  CHECK(renamed("a.norm.gamma", "*.gamma", "*.weight") == "a.norm.weight");
  CHECK(renamed("x.layer.3.out.w", "*.layer.*.out.w", "h.*.b.*.w") == "h.x.b.3.w");
  CHECK(renamed("a.a.b", "a*b", "*") == ".a.");
  CHECK(renamed("one.two.three", "*.three", "end") == "end");
  CHECK(renamed("aab", "*ab", "<*>") == "<a>");
  CHECK_FALSE(renamed("a.norm.beta", "*.gamma", "*.weight"));
  CHECK_FALSE(renamed("gammas", "*gamma", "*weight"));
}
