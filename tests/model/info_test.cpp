#include "model/info.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "mlpctl/error.hpp"

using namespace mlpctl::model;

TEST_CASE("info survives its JSON") {
  ModelInfo info;
  info.classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "Ünï \"9\""};
  info.preprocess = "none";
  info.training = R"({"epochs":3,"accuracy":0.98})";
  CHECK(info_from_json(info_to_json(info)) == info);
  CHECK(info_from_json(info_to_json({})) == ModelInfo{});
}

TEST_CASE("no info gives the defaults and unknown keys are passed over") {
  CHECK(info_from_json("") == ModelInfo{});
  CHECK(info_from_json(R"({"later":[1,2]})") == ModelInfo{});
}

TEST_CASE("info that is no such object is refused") {
  for (const std::string text :
       {"[]", "{", "7", R"({"classes":"ten"})", R"({"classes":[1]})", R"({"classes":["a","b"]})",
        R"({"preprocess":"rm"})", R"({"preprocess":3})"}) {
    CHECK_THROWS_AS(info_from_json(text), mlpctl::Error);
  }
}

TEST_CASE("deep nesting does not exhaust the stack") {
  const std::string deep = R"({"training":)" + std::string(1'000'000, '[');
  CHECK_THROWS_AS(info_from_json(deep), mlpctl::Error);
}
