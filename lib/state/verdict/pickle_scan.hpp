#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.hpp"
#include "state/verdict/findings.hpp"
#include "state/verdict/judgement.hpp"
#include "state/verdict/values.hpp"

namespace mlpctl::state {

/// A storage that a pickle refers to.
struct ScannedStorage {
  std::string_view key;
  /// "FloatStorage"
  std::string type;
  std::uint64_t numel = 0;
};

/// Follows a pickle as Python would, over all opcodes of protocols 0 to 5, and writes down what is
/// named, called and changed. It builds nothing and keeps of the values what a verdict needs, in
/// memory and time that are a small multiple of the pickle's size.
class PickleScan {
 public:
  /// Looks into bytes that a call would unpickle.
  using Nested = std::function<void(std::span<const std::byte> bytes)>;

  enum class Ending : std::uint8_t {
    kStop,      ///< At its STOP.
    kBroken,    ///< Where Python would stop with an error.
    kTooLarge,  ///< Where the scan gave up.
  };
  struct Result {
    Ending ending = Ending::kBroken;
    std::size_t end = 0;  ///< Behind the last opcode.
    std::string why;      ///< Of a broken one.
    /// Opcodes, and bytes that were looked through for the ends of lines.
    std::uint64_t cost = 0;
    /// Only opcodes that torch.load(weights_only=True) takes.
    bool plain_opcodes = true;
    /// It called something.
    bool called = false;
  };

  /// `file_bytes`: of the whole file, which says how much memory the scan may take.
  explicit PickleScan(Findings& findings, std::size_t file_bytes, Nested nested = {});

  /// Reads one pickle that begins at `from`. `lenient`: an opcode that needs a mark takes all that
  /// is there.
  Result run(std::span<const std::byte> bytes, std::size_t from = 0, bool lenient = false);

  /// The storages that it referred to, in the order of first use.
  const std::vector<ScannedStorage>& storages() const { return storages_; }

 private:
  using Kind = ScanValue::Kind;
  struct NamedGlobal {
    std::string module, name;
    Judgement judgement;
    bool of_instance = false;    ///< An attribute of an object.
    bool computed = false;       ///< Its name is not in the pickle.
    std::uint32_t reported = 0;  ///< A bit for each act and verdict.
    std::string full_name() const { return module.empty() ? name : module + "." + name; }
  };

  // machine.cpp: opcodes
  void follow();
  void step(std::uint8_t op);
  void simple_value(std::uint8_t op);
  void number(std::uint64_t value);
  std::string_view line();
  void push(ScanValue value);
  ScanValue pop();
  ScanValue& top();
  std::size_t take_mark();
  void text(std::uint64_t length, Kind kind);
  void quoted_text();
  void escaped_text();
  using Unescape = std::optional<std::string> (*)(std::string_view);
  void push_text(std::string_view raw, Unescape unescape);
  void tuple(std::size_t count);
  ScanValue tuple_from(std::size_t from);
  void fill(std::size_t from);
  void fill_pairs(std::size_t from);
  void check_size() const;
  void put(std::uint64_t index);
  void get(std::uint64_t index);
  std::uint64_t decimal();
  void persistent(ScanValue id);

  // calls.cpp: what opcodes do with globals
  ScanValue global(std::string module, std::string name, bool of_instance = false);
  ScanValue computed_global(bool of_registry = false);
  ScanValue stack_global(ScanValue module, ScanValue name);
  ScanValue stack_global_in(std::string module, ScanValue name);
  ScanValue call(ScanValue callee, ScanValue args);
  ScanValue call_global(std::uint32_t index, ScanValue args);
  ScanValue call_object(ScanValue callee, ScanValue args);
  ScanValue call_unknown(std::uint32_t index, ScanValue args);
  ScanValue attribute(ScanValue owner, ScanValue name);
  ScanValue item(ScanValue owner, ScanValue key);
  ScanValue make(ScanValue type, ScanValue args, bool with_arguments);
  ScanValue reconstruct(ScanValue args);
  ScanValue nested(std::uint32_t index, ScanValue args);
  void hand(std::uint32_t to, ScanValue args);
  void prepare(ScanValue inner);
  bool is_inert(ScanValue value) const;
  void build(ScanValue target, ScanValue state);
  void change(ScanValue target, ScanValue by);
  void check_key(ScanValue key, ScanValue value);
  std::uint32_t taint(ScanValue value) const;
  ScanValue result(std::uint32_t type, ScanValue args, ScanValue inner = {});
  std::string_view text_of(ScanValue value) const;
  void found(Verdict verdict, Finding::Act act, std::uint32_t index);

  Findings& findings_;
  Nested nested_;
  std::span<const std::byte> bytes_;
  ByteReader in_;
  std::size_t at_ = 0;  ///< Of the opcode that runs.
  std::size_t budget_;
  bool lenient_ = false;
  Result result_;
  std::deque<ScanValue> stack_;
  std::deque<std::uint32_t> marks_;
  std::deque<ScanValue> memo_;
  std::map<std::uint64_t, ScanValue> sparse_memo_;
  ScanPool pool_;
  std::vector<NamedGlobal> globals_;
  // Ordered: a file can choose keys that all lie in one bucket.
  std::map<std::string, std::uint32_t> known_;
  std::deque<std::string> texts_;
  std::size_t text_bytes_ = 0;
  std::set<std::uint64_t> nested_seen_;
  std::vector<ScannedStorage> storages_;
  std::set<std::string_view> storage_keys_;
};

}  // namespace mlpctl::state
