#include "eval/report_text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <vector>

using Catch::Matchers::ContainsSubstring;

TEST_CASE("the text shows accuracy with its error and a line a class") {
  mlpctl::eval::Report report;
  report.count = 200;
  report.correct = 150;
  report.accuracy = 0.75;
  report.accuracy_error = 0.0306;
  report.accuracy_interval = {0.6856, 0.805};
  report.loss = 0.5;
  report.per_class[1] = {0.25, 0.5, 0.75, 42};
  report.confusion[1][0] = 17;
  const std::vector<std::string> names{"shirt", "ankle boot", "2", "3", "4",
                                       "5",     "6",          "7", "8", "9"};
  const std::string text = to_text(report, names);
  CHECK_THAT(text, ContainsSubstring("75.00 % +- 3.06 % (150 of 200)"));
  CHECK_THAT(text, ContainsSubstring("95 % interval      68.56 % to 80.50 %\n"));
  CHECK_THAT(text, ContainsSubstring("ankle boot     0.2500  0.5000  0.7500       42\n"));
  CHECK_THAT(text, ContainsSubstring("ankle boot     17      0"));
}

TEST_CASE("names of any script keep the columns in line, and long ones are cut between letters") {
  std::vector<std::string> names(10, "Hose");
  names[0] = "Füßling";
  const std::string text = to_text(mlpctl::eval::Report(), names);
  CHECK_THAT(text, ContainsSubstring("\nclass    precision"));
  CHECK_THAT(text, ContainsSubstring("\nFüßling     0.0000"));
  CHECK_THAT(text, ContainsSubstring("\nHose        0.0000"));
  for (int i = 0; i < 60; ++i) names[1] += "ö";
  std::string cut = "Hose";
  for (int i = 0; i < 36; ++i) cut += "ö";
  CHECK_THAT(to_text(mlpctl::eval::Report(), names), ContainsSubstring("\n" + cut + "     0.0000"));
}
