#include "core/metrics/layer_reading.h"


#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/linalg/undefined.h"
#include "core/metrics/alignment.h"
#include "core/metrics/class_means.h"
#include "core/metrics/within_class.h"

namespace gramscope {

LayerReading read_layer(const Task& task, const HiddenLayer& layer) {
    const CentredMeans classes = centred_means(class_means(task, layer.states));
  const MatrixD between = small_gram(classes.m);
  LayerReading reading;
  reading.name = layer.name;
  // With one factor the labels already say all that the kernel says.
  reading.cka_semantic = task.factors.size() < 2
                             ? kUndefined
                             : cka_with_factors(classes.m, point_factors(task, classes.class_of, classes.first_context),
                                                between.norm());
  reading.cka_symmetric = cka_with_identity_of_small_gram(between, classes.classes());
  // NC1 is of classes with several contexts.
  reading.nc1_quotient =
      task.is_one_hot() && !classes.has_one_sample_per_class() ? nc1_quotient(layer.states, classes) : kUndefined;
  reading.effective_rank = effective_rank(squared_singular_values(centre_columns(layer.states)));
  return reading;
}

}  // namespace gramscope
