// What a pickle does with the functions and classes that it names.
#include <optional>
#include <string>
#include <utility>

#include "state/value/utf8.hpp"
#include "state/verdict/pickle_scan.hpp"

namespace mlpctl::state {
namespace {

using Act = Finding::Act;

constexpr std::size_t kMostGlobals = 65'536, kMostGlobalBytes = 1024;
constexpr const char* kComputed = "a name that the pickle computes";

/// Nothing where Python would fail.
std::optional<std::string> latin1_bytes(std::string_view text) {
  try {
    return latin1_from_utf8(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// What reaches for other things when a caller calls it.
bool is_reaching(Treatment treatment) {
  switch (treatment) {
    case Treatment::kGetAttribute:
    case Treatment::kAttributeGetter:
    case Treatment::kMethodCaller:
    case Treatment::kLookup:
    case Treatment::kNested:
      return true;
    default:
      return false;
  }
}

bool is_known(Treatment treatment) {
  return treatment == Treatment::kData || treatment == Treatment::kHarmless;
}

}  // namespace

void PickleScan::found(Verdict verdict, Act act, std::uint32_t index) {
  NamedGlobal& global = globals_[index];
  const std::uint32_t bit = 1U << (static_cast<unsigned>(act) * 4 + static_cast<unsigned>(verdict));
  if ((global.reported & bit) != 0) return;
  global.reported |= bit;
  findings_.add(verdict, act, global.full_name(), at_);
}

/// The global of this name. Naming it means that Python imports its module.
ScanValue PickleScan::global(std::string module, std::string name, bool of_instance) {
  if (module.size() + name.size() > kMostGlobalBytes) return computed_global();
  std::string key = module + '\0' + name + (of_instance ? '1' : '0');
  const auto known = known_.find(key);
  if (known != known_.end()) return {Kind::kGlobal, known->second};
  if (globals_.size() >= kMostGlobals) return computed_global();
  const auto index = static_cast<std::uint32_t>(globals_.size());
  const Judgement judgement = judge(module, name);
  text_bytes_ += sizeof(NamedGlobal) + 3 * key.size();
  globals_.push_back({std::move(module), std::move(name), judgement, of_instance});
  known_.emplace(std::move(key), index);
  if (judgement.acts_on_import) found(Verdict::kDangerous, Act::kImports, index);
  if (judgement.treatment != Treatment::kData) found(Verdict::kNeedsCode, Act::kNames, index);
  return {Kind::kGlobal, index};
}

/// What is named by no text: it may be anything. What registers `copyreg` extensions is the program
/// that reads, so that a file's number for one does nothing before it is called; by chance any
/// data may begin with such an opcode.
ScanValue PickleScan::computed_global(bool of_registry) {
  const std::string key = std::string(1, '\0');
  const auto [known, added] = known_.emplace(key, static_cast<std::uint32_t>(globals_.size()));
  if (added) {
    globals_.push_back({"", kComputed, {.treatment = Treatment::kDangerous}, false});
    globals_.back().computed = true;
  }
  found(of_registry ? Verdict::kNeedsCode : Verdict::kMayRunCode, Act::kNames, known->second);
  return {Kind::kGlobal, known->second};
}

ScanValue PickleScan::stack_global(ScanValue module, ScanValue name) {
  if (!module.is_text()) return computed_global();
  return stack_global_in(std::string(text_of(module)), name);
}

ScanValue PickleScan::stack_global_in(std::string module, ScanValue name) {
  return name.is_text() ? global(std::move(module), std::string(text_of(name))) : computed_global();
}

std::string_view PickleScan::text_of(ScanValue value) const {
  switch (value.kind()) {
    case Kind::kText:
    case Kind::kBytes:
    case Kind::kLatin1:
      return as_text(bytes_.subspan(value.offset(), value.length()));
    case Kind::kOwnedText:
      return texts_[value.index()];
    default:
      return {};
  }
}

/// The worst global that the value is or holds: one whose call is dangerous.
std::uint32_t PickleScan::taint(ScanValue value) const {
  switch (value.kind()) {
    case Kind::kGlobal:
      return globals_[value.index()].judgement.treatment == Treatment::kDangerous ? value.index()
                                                                                  : ScanPool::kNone;
    case Kind::kTuple:
    case Kind::kContainer:
    case Kind::kObject:
      return pool_.taint(value);
    default:
      return ScanPool::kNone;
  }
}

/// What a call of `type` gives.
ScanValue PickleScan::result(std::uint32_t type, ScanValue args, ScanValue inner) {
  const std::uint32_t worst = taint(inner) == ScanPool::kNone ? taint(args) : taint(inner);
  return pool_.object(type, worst, inner);
}

ScanValue PickleScan::call(ScanValue callee, ScanValue args) {
  result_.called = true;
  if (callee.is(Kind::kGlobal)) return call_global(callee.index(), args);
  if (callee.is(Kind::kObject)) return call_object(callee, args);
  return pool_.object(computed_global().index(), taint(args));
}

ScanValue PickleScan::call_global(std::uint32_t index, ScanValue args) {
  const bool tuple = args.is(Kind::kTuple);
  const auto arg = [&](std::size_t i) { return tuple ? pool_.item(args, i) : ScanValue(); };
  switch (globals_[index].judgement.treatment) {
    case Treatment::kData:
      // _codecs.encode(text, "latin1") is how protocol 2 writes bytes.
      if (globals_[index].name == "encode" && arg(0).is(Kind::kText)) {
        return ScanValue::at(Kind::kLatin1, arg(0).offset(), arg(0).length());
      }
      if (globals_[index].name == "encode" && arg(0).is(Kind::kOwnedText)) return arg(0);
      // _rebuild_from_type_v2 calls its first argument.
      if (globals_[index].name.starts_with("_rebuild_from_type") && arg(0).is(Kind::kGlobal)) {
        call(arg(0), arg(2));
      }
      return result(index, args);
    case Treatment::kHarmless:
      if (globals_[index].name == "_rebuild_from_type") call(arg(0), arg(1));
      return result(index, args);
    case Treatment::kDangerous:
      found(Verdict::kDangerous, Act::kCalls, index);
      return pool_.object(index, index);
    case Treatment::kCaller:
      hand(index, args);
      return result(index, args);
    case Treatment::kHolder:
      prepare(arg(0));
      return result(index, args, arg(0));
    case Treatment::kGetAttribute:
      return attribute(arg(0), arg(1));
    case Treatment::kGetItem:
      if (tuple && pool_.count(args) == 2) return item(arg(0), arg(1));
      return result(index, args, arg(0));
    case Treatment::kAttributeGetter:
    case Treatment::kMethodCaller:
      return result(index, args, arg(0));
    case Treatment::kLookup:
      if (tuple && pool_.count(args) == 1) return stack_global_in("types", arg(0));
      return stack_global(arg(0), arg(1));
    case Treatment::kNested:
      return nested(index, arg(0));
    case Treatment::kReconstructor:
      return reconstruct(args);
    case Treatment::kNewObject:
      // A partial of it holds the class.
      if (!arg(0).is(Kind::kGlobal)) return result(index, args);
      return make(arg(0), args, tuple && pool_.count(args) > 1);
    case Treatment::kUnknown:
      break;
  }
  return call_unknown(index, args);
}

/// Whether or not a name is a class, only its module knows; but who names a function as classes are
/// named has a module that is needed anyway.
ScanValue PickleScan::call_unknown(std::uint32_t index, ScanValue args) {
  const NamedGlobal& global = globals_[index];
  if (global.of_instance &&
      is_dangerous_attribute(global.name.substr(global.name.rfind('.') + 1))) {
    found(Verdict::kDangerous, Act::kCalls, index);
    return pool_.object(index, index);
  }
  const std::uint32_t given = taint(args);
  if (given != ScanPool::kNone) {
    found(Verdict::kMayRunCode, Act::kCalls, index);
    found(Verdict::kDangerous, Act::kHands, given);
    return pool_.object(index, given);
  }
  const bool constructs = global.judgement.class_like && !global.judgement.strict;
  if (!constructs || global.of_instance) found(Verdict::kMayRunCode, Act::kCalls, index);
  return result(index, args);
}

/// What a holder keeps, what a getter looks up, or an object that can be called.
ScanValue PickleScan::call_object(ScanValue callee, ScanValue args) {
  const std::uint32_t type = pool_.type(callee);
  const ScanValue inner = pool_.inner(callee);
  const ScanValue first = args.is(Kind::kTuple) ? pool_.item(args, 0) : ScanValue();
  switch (globals_[type].judgement.treatment) {
    case Treatment::kHolder:
      return call(inner, args);
    case Treatment::kAttributeGetter:
      return attribute(first, inner);
    case Treatment::kMethodCaller:
      return call(attribute(first, inner), ScanValue());
    case Treatment::kGetItem:
      return item(first, inner);
    default:
      break;
  }
  const std::uint32_t worst = taint(callee) == ScanPool::kNone ? taint(args) : taint(callee);
  if (worst != ScanPool::kNone) found(Verdict::kDangerous, Act::kHands, worst);
  found(Verdict::kMayRunCode, Act::kCalls, type);
  return pool_.object(type, worst);
}

/// getattr(owner, name). Of a class it is what protocol 4 writes as a dotted name.
ScanValue PickleScan::attribute(ScanValue owner, ScanValue name) {
  const std::string_view text = text_of(name);
  if (text.empty() || !name.is_text()) {
    const ScanValue computed = computed_global();
    found(Verdict::kDangerous, Act::kCalls, computed.index());
    return computed;
  }
  if (owner.is(Kind::kGlobal)) {
    const NamedGlobal& global = globals_[owner.index()];
    if (global.computed) return owner;
    return this->global(global.module, global.name + "." + std::string(text), global.of_instance);
  }
  if (owner.is(Kind::kObject)) {
    const NamedGlobal& type = globals_[pool_.type(owner)];
    // What is taken from a dangerous call's result may be anything.
    if (taint(owner) != ScanPool::kNone) return {Kind::kGlobal, taint(owner)};
    return this->global(type.module, type.name + "." + std::string(text), true);
  }
  return this->global("builtins", "object." + std::string(text), true);
}

/// owner[key]: typing.List[int], or a name in a module's dict.
ScanValue PickleScan::item(ScanValue owner, ScanValue key) {
  const bool object = owner.is(Kind::kObject);
  // A key that is missing makes a defaultdict call what it holds.
  if (object && globals_[pool_.type(owner)].judgement.treatment == Treatment::kHolder) {
    return call(pool_.inner(owner), ScanValue());
  }
  const std::uint32_t worst = taint(owner);
  if (worst != ScanPool::kNone) return {Kind::kGlobal, worst};
  if (owner.is(Kind::kGlobal) && key.is_text()) return attribute(owner, key);
  if (!object && !owner.is(Kind::kGlobal)) return {};
  return pool_.object(owner.is(Kind::kGlobal) ? owner.index() : pool_.type(owner), taint(key));
}

/// type.__new__(type, *args): an object whose constructor is not called.
ScanValue PickleScan::make(ScanValue type, ScanValue args, bool with_arguments) {
  result_.called = true;
  if (!type.is(Kind::kGlobal)) return call(type, args);
  const std::uint32_t index = type.index();
  const Judgement& judgement = globals_[index].judgement;
  switch (judgement.treatment) {
    case Treatment::kDangerous:
      if (judgement.by_module && judgement.class_like && !(with_arguments && judgement.strict)) {
        break;
      }
      [[fallthrough]];
    case Treatment::kCaller:
    case Treatment::kHolder:
    case Treatment::kAttributeGetter:
    case Treatment::kMethodCaller:
    case Treatment::kGetItem:
      if (!with_arguments) break;
      return call_global(index, args);
    default:
      break;
  }
  const std::uint32_t given = taint(args);
  if (given != ScanPool::kNone && !is_known(judgement.treatment)) {
    found(Verdict::kMayRunCode, Act::kHands, given);
  }
  return result(index, args);
}

/// copyreg._reconstructor(type, base, state) also calls base.__init__, but for object.
ScanValue PickleScan::reconstruct(ScanValue args) {
  const ScanValue type = args.is(Kind::kTuple) ? pool_.item(args, 0) : ScanValue();
  const ScanValue base = args.is(Kind::kTuple) ? pool_.item(args, 1) : ScanValue();
  if (!base.is(Kind::kGlobal)) {
    call(base, args);
  } else if (globals_[base.index()].name != "object") {
    call(base, pool_.item(args, 2));
  }
  return make(type, ScanValue(), false);
}

/// torch.storage._load_from_bytes(bytes) gives them to torch.load: what they hold is what counts.
ScanValue PickleScan::nested(std::uint32_t index, ScanValue args) {
  const bool owned = args.is(Kind::kOwnedText), latin1 = owned || args.is(Kind::kLatin1);
  // Of Python 2, or read with its encoding, a text is bytes.
  const bool plain = args.is(Kind::kBytes) || args.is(Kind::kText);
  if (!nested_ || !(plain || latin1)) {
    found(nested_ ? Verdict::kDangerous : Verdict::kNeedsCode, Act::kCalls, index);
    return pool_.object(index, ScanPool::kNone);
  }
  const std::uint64_t place = owned ? ~std::uint64_t{args.index()} : args.offset();
  if (nested_seen_.emplace(place).second) {
    const std::string_view text = text_of(args);
    if (!latin1) {
      nested_(as_byte_span(text));
    } else if (const auto bytes = latin1_bytes(text)) {
      nested_(as_byte_span(*bytes));
    }
  }
  return pool_.object(index, ScanPool::kNone);
}

/// A caller is as dangerous as what it is given.
void PickleScan::hand(std::uint32_t to, ScanValue args) {
  const std::uint32_t worst = taint(args);
  if (worst != ScanPool::kNone) {
    found(Verdict::kMayRunCode, Act::kCalls, to);
    return found(Verdict::kDangerous, Act::kHands, worst);
  }
  const bool one = args.is(Kind::kTuple) && pool_.count(args) == 1;
  const ScanValue first = args.is(Kind::kTuple) ? pool_.item(args, 0) : ScanValue();
  // type(x), iter([...]), sorted([...]): nothing is there to be called.
  if (one && (is_inert(first) || globals_[to].name == "type")) return;
  if (!first.is(Kind::kGlobal)) return found(Verdict::kMayRunCode, Act::kCalls, to);
  const Treatment treatment = globals_[first.index()].judgement.treatment;
  if (is_known(treatment)) return;
  found(Verdict::kMayRunCode, Act::kCalls, to);
  found(is_reaching(treatment) ? Verdict::kDangerous : Verdict::kMayRunCode, Act::kHands,
        first.index());
}

/// Whether it holds nothing that could be called.
bool PickleScan::is_inert(ScanValue value) const {
  if (value.is(Kind::kGlobal) || taint(value) != ScanPool::kNone) return false;
  if (!value.is(Kind::kObject)) return true;
  return is_known(globals_[pool_.type(value)].judgement.treatment);
}

/// It may be called later, if what holds it is called.
void PickleScan::prepare(ScanValue inner) {
  const std::uint32_t worst = taint(inner);
  if (worst != ScanPool::kNone) found(Verdict::kMayRunCode, Act::kHands, worst);
}

/// __setstate__ of an object, or its attributes.
void PickleScan::build(ScanValue target, ScanValue state) {
  result_.called = true;
  if (target.is(Kind::kObject)) {
    const Treatment treatment = globals_[pool_.type(target)].judgement.treatment;
    // The state of a partial begins with its function.
    if (treatment == Treatment::kHolder && state.is(Kind::kTuple)) {
      const ScanValue inner = pool_.item(state, 0);
      pool_.set_inner(target, inner);
      prepare(inner);
    }
    pool_.taint(target, taint(state));
    return;
  }
  change(target, state);
}

/// An item is added to the target, or an attribute set: of a class or module that is a change of
/// what others use.
void PickleScan::change(ScanValue target, ScanValue by) {
  switch (target.kind()) {
    case Kind::kContainer:
    case Kind::kObject:
    case Kind::kTuple:
      return pool_.taint(target, taint(by));
    case Kind::kGlobal: {
      const bool dangerous = taint(target) != ScanPool::kNone || taint(by) != ScanPool::kNone;
      return found(dangerous ? Verdict::kDangerous : Verdict::kMayRunCode, Act::kChanges,
                   target.index());
    }
    default:
      return;
  }
}

/// An object whose attribute __setstate__ was set calls it with its next state.
void PickleScan::check_key(ScanValue key, ScanValue value) {
  if (!key.is_text() || text_of(key) != "__setstate__") return;
  const std::uint32_t worst = taint(value);
  if (worst != ScanPool::kNone) return found(Verdict::kDangerous, Act::kHands, worst);
  if (value.is(Kind::kGlobal)) found(Verdict::kMayRunCode, Act::kHands, value.index());
}

}  // namespace mlpctl::state
