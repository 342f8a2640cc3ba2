#include "state/pickle/unpickler.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

#include "mlpctl/error.hpp"

using namespace std::string_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
namespace state = mlpctl::state;
using Kind = state::Node::Kind;

namespace {

struct Machine {
  state::ReadLimits limits;
  state::Arena arena{std::size_t{1} << 20U};
  state::GlobalTable globals{arena};
  std::string bytes;

  state::Node load(const std::string& pickle) {
    bytes = pickle;
    mlpctl::ByteReader in(mlpctl::as_byte_span(bytes));
    return state::Unpickler(arena, globals, limits).load(in);
  }
};

void refused(const std::string& pickle, const std::string& what) {
  Machine machine;
  CHECK_THROWS_MATCHES(machine.load(pickle), mlpctl::Error,
                       MessageMatches(ContainsSubstring(what)));
}

}  // namespace

TEST_CASE("numbers of every opcode") {
  Machine machine;
  CHECK(machine.load("K\xFF.").as_int() == 255);
  CHECK(machine.load("M\x01\x02.").as_int() == 513);
  CHECK(machine.load("J\xFE\xFF\xFF\xFF.").as_int() == -2);
  CHECK(machine.load("\x8A\x01\xFF.").as_int() == -1);
  CHECK(machine.load("\x8A\x00."s).as_int() == 0);
  CHECK(machine.load("\x8A\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F.").as_int() == INT64_MAX);
  CHECK(machine.load("\x8A\x09"s + std::string(9, '\1') + ".").is(Kind::kBigInt));
  CHECK(machine.load("L-12L\n.").as_int() == -12);
  CHECK(machine.load("I01\n.").as_bool());
  CHECK(machine.load("G\x3F\xF8\0\0\0\0\0\0."s).as_float() == 1.5);
}

TEST_CASE("texts and bytes of every opcode") {
  Machine machine;
  CHECK(machine.load("X\x02\0\0\0hi."s).text() == "hi");
  CHECK(machine.load("\x8C\x02hi.").text() == "hi");
  CHECK(machine.load("\x8D\x02\0\0\0\0\0\0\0hi."s).text() == "hi");
  CHECK(machine.load("U\x02hi.").is(Kind::kString));
  CHECK(machine.load("U\x02\xFF\xFE.").is(Kind::kBytes));
  CHECK(machine.load("C\x02\xFF\xFE.").is(Kind::kBytes));
  const auto encoded =
      machine.load("c_codecs\nencode\nX\x03\0\0\0\xC3\xBF.X\x06\0\0\0latin1\x86R."s);
  CHECK(encoded.is(Kind::kBytes));
  CHECK(encoded.text() == "\xFF.");
}

TEST_CASE("containers share what the memo shares and may hold themselves") {
  Machine machine;
  const auto shared = machine.load("](]q\0h\0e."s);
  CHECK(shared.items()[0].identity() == shared.items()[1].identity());
  const auto cycle = machine.load("]q\0h\0a."s);
  CHECK(cycle.items()[0].identity() == cycle.identity());
  CHECK(machine
            .load("}U\x01"
                  "aK\x01s.")
            .find("a")
            ->as_int() == 1);
  CHECK(machine.load("\x80\x04]\x94h\0\x86."s).items().size() == 2);
  CHECK(machine.load("]r\xFF\xFF\xFF\xFFj\xFF\xFF\xFF\xFF\x86.").items().size() == 2);
}

TEST_CASE("an unknown class becomes an inert object") {
  Machine machine;
  const auto object = machine.load("cm\nNet\n)\x81}U\x01xK\x05sb.");
  REQUIRE(object.is(Kind::kObject));
  CHECK(object.object().type->full_name() == "m.Net");
  CHECK(object.object().state.find("x")->as_int() == 5);
  const auto call = machine.load("cos\nsystem\nU\x02id\x85R.");
  REQUIRE(call.is(Kind::kObject));
  CHECK(state::role_of(*call.object().type) == state::Role::kForeign);
}

TEST_CASE("what Python's picklers write of tuples and objects that hold themselves is read") {
  Machine machine;
  const auto triple = machine.load("(]q\0(h\0K\1K\2K\3tq\1aK\1K\2K\3"s + "1h\1."s);
  REQUIRE(triple.items().size() == 4);
  CHECK(triple.items()[0].items()[0].identity() == triple.identity());
  CHECK(machine.load("N0(0K\1."s).as_int() == 1);
  CHECK(machine.load("K\1"s + "2\x86.").items().size() == 2);
  const auto object = machine.load("cm\nA\n)}U\1kK\1s\x92.");
  REQUIRE(object.is(Kind::kObject));
  REQUIRE(object.object().args.items().size() == 1);
  CHECK(object.object().args.items()[0].find("k")->as_int() == 1);
  CHECK(machine.load("cm\nA\nK\1\x85}\x92.").object().args.items().size() == 1);
}

TEST_CASE("protocol 0 is read as the others are") {
  Machine machine;
  CHECK(machine.load("(lp0\nF0.5\naI3\naS'a\\n'\naV\\u00e9\nag0\na.").items().size() == 5);
  CHECK(machine.load("S'a\\x41\\''\n.").text() == "aA'");
  CHECK(machine.load("V\\u00e9\xE9\n.").text() == "\xC3\xA9\xC3\xA9");
  CHECK(machine.load("(dVk\nI5\ns.").find("k")->as_int() == 5);
  CHECK(machine.load("(S'k'\nI6\nd.").find("k")->as_int() == 6);
  CHECK(machine.load("(I1\nim\nA\n.").object().type->full_name() == "m.A");
  CHECK(machine.load("(cm\nA\nI1\no.").object().args.items().size() == 1);
  CHECK(machine.load("L-18446744073709551616L\n.").text() == "\0\0\0\0\0\0\0\0\xFF"s);
}

TEST_CASE("what Python cannot hash is no key and no item of a set") {
  for (const std::string& value : {"]"s, "}"s, "\x8F"s, "]\x85"s, "]\x85\x85"s,
                                   "c__builtin__\nset\n]\x85R"s, "c__builtin__\nbytearray\n)R"s,
                                   "\x96\0\0\0\0\0\0\0\0"s, "ccollections\nOrderedDict\n)R"s}) {
    INFO(value);
    refused("}" + value + "Ns.", "as Python cannot");
    refused("}(" + value + "Nu.", "as Python cannot");
    refused("(" + value + "Nd.", "as Python cannot");
    refused("\x8F(" + value + "\x90.", "as Python cannot");
    refused("(" + value + "\x91.", "as Python cannot");
    refused("c__builtin__\nfrozenset\n](" + value + "e\x85R.", "as Python cannot");
  }
  Machine machine;
  for (const std::string& value :
       {"K\1\x85"s, "(\x91"s, "cm\nA\n)\x81"s, "C\1a"s, "G\0\0\0\0\0\0\0\0"s}) {
    CHECK(machine.load("}" + value + "Ns.").dict().entries.size() == 1);
  }
}

TEST_CASE("a tensor of a class is made by a function that makes tensors") {
  const auto made_by = [](const std::string& function) {
    return "ctorch._tensor\n_rebuild_from_type_v2\n(c" + function + "\nctorch\nTensor\n)NtR.";
  };
  for (const char* function : {"torch._tensor\n_rebuild_from_type_v2", "collections\nOrderedDict",
                               "builtins\nprint", "torch\nSize", "builtins\nset"}) {
    refused(made_by(function), "makes no tensor");
  }
  Machine machine;
  CHECK(machine.load(made_by("m\nmake")).is(Kind::kObject));
}

TEST_CASE("getattr names what is inside a class") {
  Machine machine;
  const auto object = machine.load("cbuiltins\ngetattr\ncm\nOuter\nU\5Inner\x86R)\x81.");
  REQUIRE(object.is(Kind::kObject));
  CHECK(object.object().type->full_name() == "m.Outer.Inner");
}

TEST_CASE("only exact pairs are known") {
  const auto role = [](const char* module, const char* name) {
    return state::role_of(state::make_global(module, name));
  };
  CHECK(role("collections", "OrderedDict") == state::Role::kOrderedDict);
  CHECK(role("collections", "OrderedDict\r") == state::Role::kForeign);
  CHECK(role("collections.abc", "OrderedDict") == state::Role::kForeign);
  CHECK(role("torch", "FloatStorage") == state::Role::kStorageClass);
  CHECK(role("torch", "_utils._rebuild_tensor_v2") == state::Role::kForeign);
  CHECK(role("builtins", "set") == state::Role::kSet);
  CHECK(role("builtins", "slice") == state::Role::kKnown);
  CHECK(role("builtins", "eval") == state::Role::kForeign);
  CHECK(role("code.models", "Net") == state::Role::kForeign);
  CHECK(role("types", "SimpleNamespace") == state::Role::kForeign);
  CHECK(role("oslo", "x") == state::Role::kForeign);
}

TEST_CASE("broken and foreign pickles are refused") {
  refused("", "cut off");
  refused("K\1", "cut off");
  refused("X\xFF\xFF\xFF\xFF", "cut off");
  refused(".", "does not end with one value");
  refused("NN.", "does not end with one value");
  refused("(N.", "does not end with one value");
  refused("a.", "empty stack");
  refused("(a.", "empty stack");
  refused("t.", "did not open");
  refused("h\x05.", "does not hold");
  refused("\x80\x06N.", "protocol 6");
  refused("\x82\x01.", "opcode 0x82");
  refused("N0.", "does not end with one value");
  refused("0.", "empty stack");
  refused("1.", "did not open");
  refused("2.", "empty stack");
  refused("(o.", "no class");
  refused("cm\nA\n)N\x92.", "no class");
  refused("S'x\n.", "without quotes");
  refused("V\\uZ\n.", "broken escape");
  refused("F1x\n.", "broken number");
  refused("Ng-1\n.", "by no number");
  refused("I" + std::string(5000, '1') + "\n.", "5000 digits");
  refused("K\1K\2K\3s.", "no dict");
  refused("K\1K\2a.", "no list");
  refused("K\1K\2b.", "gives attributes");
  refused("K\1)R.", "calls an int");
  refused("U\1mK\1\x93.", "by no text");
  refused("X\1\0\0\0\xFF."s, "not UTF-8");
  refused("\x8B\xFF\xFF\xFF\xFFzz.", "cut off");
  refused("U\1xQ.", "storage outside");
  refused(std::string(600, '('), "inside one another");
  refused("(" + std::string(100'000, 'N') + "t.", "more values");
  refused("c" + std::string(5000, 'm'), "without an end");
}
