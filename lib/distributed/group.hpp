#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace mlpctl::distributed {

/// A message on its way. The values stay the caller's until it is waited for.
class Transfer {
 public:
  virtual ~Transfer() = default;
  /// Until the message has left or arrived. Throws Error naming the rank that is gone.
  virtual void wait() = 0;
};

/// How messages go between ranks. Those between two ranks with the same tag arrive in the order in
/// which they were sent.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual std::unique_ptr<Transfer> send(int to, int tag, std::span<float> values) = 0;
  virtual std::unique_ptr<Transfer> receive(int from, int tag, std::span<float> values) = 0;
};

/// The ranks of a work that have met.
class Group : public Transport {
 public:
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// From now on this rank does not mind the end of others.
  virtual void need_nobody() = 0;
  /// Tells the others why this rank ends before the work does.
  virtual void fail(const std::string& sentence) = 0;
  /// The work is done: waits shortly for others to say so, too, where this rank keeps what they
  /// met in.
  virtual void leave() = 0;
};

/// How ranks meet.
struct Meeting {
  /// Until when all have to be there.
  std::chrono::seconds timeout{60};
  /// The network interface that messages go through; empty: memory where all ranks are on one
  /// machine, else the interface on the way to rank 0.
  std::string interface = {};
  /// Called by any thread with a sentence when a rank is gone; ends the process.
  std::function<void(const std::string& sentence)> on_loss = {};
};

/// Gives every rank the values of rank 0.
void broadcast(Group& group, std::span<double> values);
void broadcast(Group& group, std::span<float> values);
/// Gives every rank the largest of all ranks' values.
float largest(Group& group, float value);

}  // namespace mlpctl::distributed
