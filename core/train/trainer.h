#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/models/model.h"
#include "core/registry/config.h"
#include "core/models/inside.h"
#include "core/tasks/task.h"
#include "core/train/engine_hooks.h"

namespace gramscope {

/// A model and its optimizer, whatever their precision. The engine's view of what learns.
class Trainer {
 public:
  /// A state as files have it: flat vectors in the trainer's own precision, padding included (ParameterLayout).
  struct OpenState {
    using Numbers = std::variant<VectorF, VectorD>;
    Numbers parameters;
    std::vector<Numbers> buffers;  ///< of the optimizer, each of the size of the parameters
    std::int64_t steps = 0;        ///< that the optimizer has taken
    Index dimension = 0;           ///< d
  };
  /// Everything that a step reads and writes. Opaque; restore() takes it back.
  struct State {
    virtual ~State() = default;
    /// The memory that it takes: parameters, buffers of the optimizer.
    virtual std::size_t bytes() const = 0;
    virtual OpenState open() const = 0;
  };
  enum class Step {
    taken,
    not_finite_before,  ///< the objective at the current parameters is not finite; nothing was changed
    not_finite_after,   ///< the step gave parameters that are not finite
  };

  virtual ~Trainer() = default;

  /// The optimizer step from step `step` to the next. The objective at the parameters before it goes to `objective`.
  virtual Step step(std::int64_t step, Objective& objective) = 0;
  /// eta of that step.
  virtual double learning_rate(std::int64_t step) const = 0;
  /// Takes over the live parameters of the model and the optimizer.
  virtual void configure(const Config& config) = 0;
  /// A new optimizer of config's kind, with empty state.
  virtual void replace_optimizer(const Config& config) = 0;
  virtual bool can_resize() const = 0;
  /// Changes the capacity in place; clears the optimizer's state.
  virtual void resize(const Config& config, Index d, Random& random) = 0;

  /// Whether the objective at the current parameters, which are those of step `step`, is finite in the trainer's own
  /// precision. The gradient that comes with it serves the next step.
  virtual bool has_finite_objective(std::int64_t step) = 0;

  virtual MatrixD context_embeddings() = 0;
  virtual MatrixD word_embeddings() const = 0;
  /// The penalty of the current parameters at step `step`.
  virtual double penalty(std::int64_t step) = 0;
  /// As much of the network's inside as wanted; nothing for models without layers.
  virtual Inside inside(const InsideWanted& wanted) = 0;

  virtual std::shared_ptr<const State> state() const = 0;
  /// Takes back a state that was copied while `config` was in force.
  virtual void restore(const Config& config, const State& state) = 0;
  /// The state that has been opened. Throws UsageError unless it is one of this model and optimizer as they are now: of their
  /// precision and dimension, with as many vectors of that size.
  virtual std::shared_ptr<const State> closed(OpenState open) const = 0;
  virtual std::vector<unsigned char> parameter_bytes() const = 0;

  /// The parameters, tensor by tensor in the layout's order.
  virtual std::vector<NamedMatrix> weights() const = 0;
  /// Takes over the parameters that `file` holds. Throws InputError unless they are those of the layout, tensor for
  /// tensor, in their shapes and finite in the trainer's precision; then nothing has changed.
  virtual void set_weights(const std::map<std::string, MatrixD>& weights, const std::string& file) = 0;
};

/// The model of `config` (resolved) on `task` with its initial weights, in config's precision.
std::unique_ptr<Trainer> make_trainer(const Config& config, std::shared_ptr<const Task> task);

}  // namespace gramscope
