#include "core/metrics/layer_reading.h"

#include <limits>

#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/metrics/alignment.h"
#include "core/metrics/class_means.h"
#include "core/metrics/within_class.h"

namespace gramscope {

LayerReading read_layer(const Task& task, const HiddenLayer& layer) {
  const ClassMeans classes = class_means(task, layer.states);
  const MatrixD centred = centre_columns(classes.means);
  LayerReading reading;
  reading.name = layer.name;
  // With one factor the labels already say all that the kernel says.
  reading.cka_semantic = task.factors.size() < 2
                             ? std::numeric_limits<double>::quiet_NaN()
                             : cka(centred.transpose() * centred,
                                   task.semantic_kernel(classes.first_context, classes.first_context));
  reading.cka_symmetric = cka_with_identity_of_columns(centred);
  // NC1 is of classes with several contexts.
  reading.nc1_quotient = task.is_one_hot() && classes.means.cols() < layer.states.cols()
                             ? nc1_quotient(layer.states, classes)
                             : std::numeric_limits<double>::quiet_NaN();
  reading.effective_rank = effective_rank(squared_singular_values(centre_columns(layer.states)));
  return reading;
}

}  // namespace gramscope
