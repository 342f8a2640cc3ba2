#pragma once

#include <memory>

#include "mlpctl/state/reader.hpp"
#include "state/pickle/unpickler.hpp"

namespace mlpctl::state {

/// What the readers of all containers share while they read one file.
struct Reading {
  Reading(Source from, const ReadLimits& allowed);

  /// Reads one pickle.
  Node unpickle(ByteReader& in, Unpickler::PersistentLoad load = {});
  StateFile finish(Container container, Node root);

  Source source;
  ReadLimits limits;
  std::shared_ptr<Arena> arena;
  GlobalTable globals;
};

/// "2,113,536"
std::string grouped(std::uint64_t number);
/// The sentence about a file that ends too early; `wanted` is 0 when nothing tells the whole size.
Error cut_off(std::uint64_t size, std::uint64_t wanted, bool exact);

StateFile read_torch_zip(Reading& reading);
StateFile read_legacy(Reading& reading);
StateFile read_tar(Reading& reading);
StateFile read_safetensors(Reading& reading);

}  // namespace mlpctl::state
