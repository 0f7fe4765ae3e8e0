#include "core/metrics/layer_reading.h"

#include <limits>

#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/metrics/alignment.h"
#include "core/metrics/class_means.h"

namespace gramscope {

namespace {

/// tr Sigma_W / tr Sigma_B. NaN where every context has its own label.
double within_over_between(const Task& task, const MatrixD& states, const ClassMeans& classes) {
  if (!task.is_one_hot() || classes.means.cols() == states.cols()) return std::numeric_limits<double>::quiet_NaN();
  double within = 0.0;
  for (Index c = 0; c < classes.means.cols(); ++c) {
    const int label = task.labels[static_cast<std::size_t>(classes.first_context[static_cast<std::size_t>(c)])];
    for (Index j = 0; j < states.cols(); ++j)
      if (task.labels[static_cast<std::size_t>(j)] == label)
        within += (states.col(j) - classes.means.col(c)).squaredNorm();
  }
  const double between = centre_columns(classes.means).squaredNorm();
  return within / static_cast<double>(states.cols()) / (between / static_cast<double>(classes.means.cols()));
}

}  // namespace

LayerReading read_layer(const Task& task, const HiddenLayer& layer) {
  const ClassMeans classes = class_means(task, layer.states);
  const MatrixD centred = centre_columns(classes.means);
  const MatrixD gram = centred.transpose() * centred;
  LayerReading reading;
  reading.name = layer.name;
  // With one factor the labels already say all that the kernel says.
  reading.cka_semantic = task.factors.size() < 2
                             ? std::numeric_limits<double>::quiet_NaN()
                             : cka(gram, task.semantic_kernel(classes.first_context, classes.first_context));
  reading.cka_symmetric = cka_with_identity(gram);
  reading.nc1_quotient = within_over_between(task, layer.states, classes);
  reading.effective_rank = effective_rank(squared_singular_values(centre_columns(layer.states)));
  return reading;
}

}  // namespace gramscope
