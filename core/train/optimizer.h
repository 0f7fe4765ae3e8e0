#pragma once

#include <memory>

#include "core/linalg/types.h"
#include "core/registry/config.h"

namespace gramscope {

/// A rule by which parameters follow their gradient. Its state is as many vectors of the parameters' size as it
/// needs, and a count of the steps taken.
template <class T>
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One step: moves `parameters` along `gradient`. All vectors have the size the optimizer was made with.
  virtual void step(Vector<T>& parameters, const Vector<T>& gradient) = 0;

  /// Takes over the live parameters (momentum, decay) and the learning rate.
  virtual void configure(const Config& config) { rate_ = config.real("optimizer.lr"); }

  /// The learning rate of the next steps, where a schedule gives another than the config.
  void set_rate(double rate) { rate_ = rate; }

  /// The state, for checkpoints: a vector per buffer, and the step count that bias corrections use.
  struct State {
    std::vector<Vector<T>> buffers;
    std::int64_t steps = 0;
  };
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 protected:
  double rate_ = 0.0;
  State state_;
};

}  // namespace gramscope
