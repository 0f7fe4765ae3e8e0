#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/linalg/types.h"
#include "core/registry/config.h"
#include "core/registry/parameter.h"

namespace gramscope {

/// How much more frequent some classes of a task are than others. The classes are those of the task's own order: the
/// first are the frequent ones.
struct Imbalance {
  enum class Kind {
    balanced,  ///< all alike
    zipf,      ///< the r-th class r^exponent times less frequent than the first
    step,      ///< the first half (the larger, if they are odd in number) `ratio` times as frequent as the rest
  };
  Kind kind = Kind::balanced;
  double exponent = 1.0;
  double ratio = 10.0;
};

/// task.imbalance, task.imbalance_exponent and task.imbalance_ratio.
std::vector<Parameter> imbalance_parameters();
/// From a resolved config.
Imbalance imbalance_of(const Config& config);

/// pi (m) of contexts of the classes `class_of` (m, each 0 ... K-1): proportional to the frequency of the class, sums
/// to 1. Contexts of one class weigh the same. Where balanced, exactly 1/m each.
VectorD context_weights(std::span<const int> class_of, const Imbalance& imbalance);

}  // namespace gramscope
