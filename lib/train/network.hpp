#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "distributed/group.hpp"
#include "distributed/ranks.hpp"
#include "model/parameters.hpp"
#include "net/sparse_pictures.hpp"
#include "thread/pool.hpp"
#include "train/options.hpp"

namespace mlpctl::train {

/// A picture's bytes.
using Image = std::array<std::uint8_t, model::kPixels>;

/// Labelled 28x28 pictures; what they lie in belongs to the caller. A label is a class or
/// net::kNoClass.
struct Examples {
  std::span<const std::uint8_t> images, labels;
  /// In place of `images`, which is empty then; or null.
  const net::SparsePictures* sparse = nullptr;

  bool empty() const { return labels.empty(); }
  /// Where its bytes lie: in `images`, or in `buffer`, into which they are unpacked.
  const std::uint8_t* image(std::int64_t index, Image& buffer) const {
    if (sparse == nullptr) return images.data() + index * model::kPixels;
    sparse->unpack(index, buffer);
    return buffer.data();
  }
  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// The losses of an epoch's pictures so far.
struct LossSum {
  double sum = 0;
  std::int64_t pictures = 0;
};

/// Everything that training changes.
struct NetworkState {
  model::Parameters weights;
  /// Equal to the weights when no average is kept.
  model::Parameters average;
  /// The optimizer's moments; zero where it has none.
  model::Parameters first, second;
  /// Steps taken.
  std::int64_t step = 0;
  LossSum loss = {};
};

/// The network being trained, on one device, with its optimizer.
class Network {
 public:
  virtual ~Network() = default;

  virtual void set_state(NetworkState state) = 0;
  virtual NetworkState state() const = 0;
  /// The weights to evaluate and keep: the averaged ones where there are any.
  virtual model::Parameters result() const = 0;
  /// Where ranks share the network: makes state() and result() whole on rank 0 and worth nothing on
  /// the others, until the next step. All ranks call it.
  virtual void gather() {}
  /// What this process's wish to stop comes to: where ranks share the network, the largest of all
  /// ranks' at the last step.
  virtual int agreed_stop(int wish) const { return wish; }

  /// The pictures that steps take theirs from. They must outlive the network.
  virtual void set_examples(const Examples& examples) = 0;
  /// The order of the coming epoch, which must outlive it; `so_far` where part of it is done.
  virtual void begin_epoch(std::span<const std::int64_t> order, const LossSum& so_far) = 0;

  /// Trains on `count` pictures from place `first` of the order on. `changed` holds these pictures
  /// (where ranks share the network, this one's share of them) as they are to be seen and named;
  /// empty: as they are. Returns the loss where reading it costs nothing; when it is not finite the
  /// weights were left alone.
  virtual std::optional<float> step(std::int64_t first, std::int64_t count, const Examples& changed,
                                    double learning_rate) = 0;
  /// Whether steps run side work: with threads that would wait while one does its part alone.
  virtual bool works_beside() const { return false; }
  /// Where works_beside(): what the coming step has to have run when it returns a finite loss.
  virtual void set_beside(const SideWork& work) { (void)work; }
  /// The losses since the epoch began, of each picture once.
  virtual LossSum epoch_loss() const = 0;
};

/// What the LibTorch library offers.
class Engine {
 public:
  virtual ~Engine() = default;

  /// LibTorch's version, "2.13.0".
  virtual std::string version() const = 0;
  /// The device that "auto", "cpu", "cuda" or "cuda:N" means here. Of several ranks each local one
  /// has a CUDA device of its own. Throws Error saying what is missing.
  virtual std::string resolve_device(const std::string& name,
                                     const distributed::Ranks& ranks) const = 0;
  virtual std::unique_ptr<Network> make_network(const NetworkOptions& options) const = 0;
  /// Brings the ranks together. Throws Error naming who does not come in time.
  virtual std::unique_ptr<distributed::Group> join(const distributed::Ranks& ranks,
                                                   const distributed::Meeting& meeting) const = 0;
  /// The network that the ranks of a group that join() gave, which must outlive it, train together;
  /// they all make the same calls. `stop` is this rank's wish, which agreed_stop() makes
  /// everybody's.
  virtual std::unique_ptr<Network> make_network(const NetworkOptions& options,
                                                distributed::Group& group,
                                                const std::atomic<int>& stop) const = 0;
  /// The ten logits of each picture, computed by LibTorch.
  virtual std::vector<float> logits(const model::Parameters& parameters,
                                    std::span<const std::uint8_t> images,
                                    const NetworkOptions& options,
                                    std::int64_t batch_size) const = 0;
};

/// The name and type of the function that the library gives its Engine by. From then on it works in
/// this pool, the process's one.
inline constexpr char kEngineSymbol[] = "mlpctl_torch_engine";
using EngineFunction = Engine*(Pool& pool);
/// And of the one that gives its build_id(), to be compared first: only within a build do both
/// halves mean the same by an Engine.
inline constexpr char kBuildIdSymbol[] = "mlpctl_torch_build_id";
using BuildIdFunction = const char*();

/// Names the sources, compiler and settings of the build that this half of the program, the
/// executable or its LibTorch library, is from. The halves of one build have the same, and so have
/// two builds of the same. Its file is made by scripts/cmake/BuildId.cmake.
const char* build_id();

}  // namespace mlpctl::train
