#include "state/verdict/judgement.hpp"

#include <catch2/catch_test_macros.hpp>

namespace state = mlpctl::state;
using state::Treatment;

namespace {

Treatment of(const char* module, const char* name) {
  return state::judge(module, name).treatment;
}

}  // namespace

TEST_CASE("the longest known name decides") {
  CHECK(of("collections", "OrderedDict") == Treatment::kData);
  CHECK(of("builtins", "eval") == Treatment::kDangerous);
  CHECK(of("builtins", "print") == Treatment::kHarmless);
  CHECK(of("os.path", "expandvars") == Treatment::kDangerous);
  CHECK(of("os", "uname_result") == Treatment::kHarmless);
  CHECK(of("urllib.request", "urlopen") == Treatment::kDangerous);
  CHECK(of("urllib.parse", "ParseResult") == Treatment::kHarmless);
  CHECK(of("torch", "load") == Treatment::kDangerous);
  CHECK(of("torch.nn.modules.linear", "Linear") == Treatment::kUnknown);
}

TEST_CASE("a module of one file is not a package of the same name") {
  CHECK(of("code", "interact") == Treatment::kDangerous);
  CHECK(of("code.models", "Net") == Treatment::kUnknown);
  CHECK(of("profile.net", "Net") == Treatment::kUnknown);
  CHECK(of("oslo", "x") == Treatment::kUnknown);
}

TEST_CASE("all names of a module are one") {
  CHECK(of("posix", "system") == Treatment::kDangerous);
  CHECK(of("nt", "popen") == Treatment::kDangerous);
  CHECK(of("posix", "uname_result") == Treatment::kHarmless);
  CHECK(of("__builtin__", "set") == Treatment::kData);
  CHECK(of("_io", "FileIO") == Treatment::kDangerous);
  CHECK(of("numpy._core.multiarray", "scalar") == Treatment::kHarmless);
  CHECK(of("commands", "getoutput") == Treatment::kDangerous);
  // PyTorch's restricted reader takes the one name alone.
  CHECK(of("_collections", "OrderedDict") == Treatment::kHarmless);
}

TEST_CASE("a dotted name is judged by what it walks to") {
  CHECK(of("torch.serialization", "os.system") == Treatment::kDangerous);
  CHECK(of("some.module", "_os.popen") == Treatment::kDangerous);
  CHECK(of("collections", "OrderedDict.__init__.__globals__") == Treatment::kDangerous);
  CHECK(of("m", "A.__subclasses__") == Treatment::kDangerous);
  CHECK(of("m", "A.__add__") == Treatment::kUnknown);
  CHECK(of("m", "A.__new__") == Treatment::kNewObject);
  CHECK(of("builtins", "eval.__call__") == Treatment::kDangerous);
  CHECK(of("m", "Outer.Inner") == Treatment::kUnknown);
}

TEST_CASE("of what is harmless nothing follows for its attributes") {
  CHECK(of("torch", "Tensor") == Treatment::kData);
  CHECK(of("torch", "Tensor.numpy") == Treatment::kUnknown);
  CHECK(of("torch", "Tensor.tofile") == Treatment::kDangerous);
  CHECK(of("pathlib", "Path.write_text") == Treatment::kDangerous);
}

TEST_CASE("a class is told by how it is named, and Python's own count one by one") {
  CHECK(state::judge("m", "Net").class_like);
  CHECK(state::judge("m", "outer._Net").class_like);
  CHECK(state::judge("m", "__pyx_unpickle_Net").class_like);
  CHECK_FALSE(state::judge("m", "net").class_like);
  CHECK(state::judge("csv", "Sniffer").strict);
  CHECK_FALSE(state::judge("torch.nn", "Sniffer").strict);
  CHECK(state::judge("antigravity", "x").acts_on_import);
  CHECK_FALSE(state::judge("os", "x").acts_on_import);
}
