#include "distributed/node_list.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mlpctl::distributed {
namespace {

TEST_CASE("The first host of a Slurm list of nodes is found in every form") {
  CHECK(first_node("node7") == "node7");
  CHECK(first_node("node7,node9") == "node7");
  CHECK(first_node("node[01-03,7]") == "node01");
  CHECK(first_node("node[7,01-03],login1") == "node7");
  CHECK(first_node("rack[2-3]n[004-006].cluster") == "rack2n004.cluster");
  CHECK(first_node("gpu-a100[9]") == "gpu-a1009");
}

TEST_CASE("What is no list of nodes has no first host") {
  for (const char* text : {"", ",", "node[", "node[]", "node[x-3]", "node]", "a b"}) {
    INFO(text);
    CHECK(first_node(text).empty());
  }
}

TEST_CASE("The tasks of a node are counted from Slurm's short form") {
  CHECK(tasks_on_node("4", 0) == 4);
  CHECK(tasks_on_node("2(x3),1", 2) == 2);
  CHECK(tasks_on_node("2(x3),1", 3) == 1);
  CHECK(tasks_on_node("2(x3),1", 4) == 0);
  for (const char* text : {"", "x", "2(x", "2(x0)", "2(3)", "-1"}) {
    INFO(text);
    CHECK(tasks_on_node(text, 0) <= 2);
    CHECK(tasks_on_node(text, 1) == 0);
  }
}

}  // namespace
}  // namespace mlpctl::distributed
