#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/byte_reader.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"
#include "state/pickle/unpickler.hpp"
#include "state/value/source.hpp"
#include "state/verdict/findings.hpp"
#include "state/verdict/pickle_scan.hpp"

namespace mlpctl::state {

/// What the readers of all containers share while they read one file.
struct ReadContext {
  ReadContext(Source from, const ReadLimits& allowed);
  /// Of a file that lies in a pickle of another, with the other's arena.
  ReadContext(Source part, const ReadContext& around);

  /// Reads one pickle.
  Node unpickle(ByteReader& in, Unpickler::PersistentLoad load = {});
  StateFile finish(Container container, Node root);

  Source source;
  ReadLimits limits;
  std::shared_ptr<Arena> arena;
  GlobalTable globals;
  /// The source is a part of a file, and its pickles were scanned with it.
  bool is_part = false;
  /// What Python would do with the pickles that were read, also behind what is refused.
  Findings findings;
  /// Looks into bytes that a pickle gives to another reader.
  PickleScan::Nested nested;
  /// Reads the storages in a pickle of pickle.dump.
  Unpickler::StorageLoad load_storage;
};

/// "calls posix.system": the first of what makes a file malicious; empty when nothing does.
std::string danger_in(const Findings& findings);

/// "2,113,536"
std::string grouped(std::uint64_t number);
/// The error about a file of `size` bytes that ends too early: of a whole size that is known, of
/// one that is estimated, and of one that nothing tells.
Error cut_off_of(std::uint64_t size, std::uint64_t whole);
Error cut_off_of_about(std::uint64_t size, std::uint64_t whole);
Error cut_off(std::uint64_t size);

}  // namespace mlpctl::state
