#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/linalg/types.h"
#include "core/models/inside.h"
#include "core/models/parameter_store.h"
#include "core/random/philox.h"
#include "core/registry/config.h"
#include "core/tasks/task.h"

namespace gramscope {

/// What a model is made from. `random` is the stream of the run's initial weights.
struct ModelSetup {
  std::shared_ptr<const Task> task;
  Config config;  ///< resolved
  Random random;
};

/// The two parts of the objective (math.md section 2), in nats.
struct Objective {
  double cross_entropy = 0.0;
  double penalty = 0.0;  ///< what is added to the cross-entropy: ridge, the reward for alignment

  double total() const { return cross_entropy + penalty; }
};

/// A model that learns a task: it owns its parameters in one flat vector and knows their gradient. It knows no
/// optimizer, no thread and no widget. T is float or double.
template <class T>
class Model {
 public:
  virtual ~Model() = default;

  const ParameterLayout& layout() const { return layout_; }
  Vector<T>& parameters() { return parameters_; }
  const Vector<T>& parameters() const { return parameters_; }

  /// Tells which step is at hand. What the objective has that changes with the step follows it: called before
  /// gradient() and penalty().
  virtual void at_step(std::int64_t step) { (void)step; }

  /// Writes the gradient of the objective at the current parameters (layout().size() entries, padding zero; a vector
  /// of another size is resized) and returns the objective there. Not finite where the parameters or the logits overflow.
  virtual Objective gradient(Vector<T>& gradient) = 0;

  /// Turns a gradient into the direction the optimizer is to follow. The kernel UFM multiplies by its kernel here.
  virtual void precondition(Vector<T>& gradient) const { (void)gradient; }

  /// H (d×m): the context embeddings at the current parameters.
  virtual Matrix<T> context_embeddings() = 0;
  /// W (V×d): the word embeddings at the current parameters.
  virtual Matrix<T> word_embeddings() const = 0;
  /// The penalty at the current parameters, in double.
  virtual double penalty() const = 0;

  /// As much of what goes on between the tokens and H as wanted, at the current parameters. Nothing for models without
  /// layers.
  virtual Inside inside(const InsideWanted& wanted) {
    (void)wanted;
    return {};
  }

  /// d
  virtual Index dimension() const = 0;

  /// Takes over the live parameters of `config` (ridge, alpha, ...). Tensors keep their shapes and values.
  virtual void configure(const Config& config) = 0;

  /// Whether resize_dimension works: the UFM family's capacity is live, a network's is not.
  virtual bool can_resize() const { return false; }
  /// Changes d in place: downward to the best rank-d approximation of the logits, upward by zeros plus tiny noise
  /// from `random`. The layout changes; optimizer state kept elsewhere must be cleared.
  virtual void resize_dimension(Index d, Random& random) {
    (void)d;
    (void)random;
  }

 protected:
  ParameterLayout layout_;
  Vector<T> parameters_;
};

}  // namespace gramscope
