#pragma once

#include <memory>
#include <string>

#include "core/theory/in_support.h"
#include "core/theory/max_margin.h"
#include "core/theory/modes.h"
#include "core/theory/similarity.h"

namespace gramscope {

/// What the theory says of a task at once, fixed by the task alone; math.md section 6. L_mm takes longer: MaxMarginTheory.
struct TaskTheory {
  std::shared_ptr<const Task> task;
  Supports supports;
  double in_support_norm = 0.0;  ///< |L_in|_F, 0 for one-hot labels and equal probabilities

  /// |corr S~|_F and |corr S~^T|_F, which sim(H, S~) and sim(W^T, S~^T) are divided by; see proxy_norms().
  double proxy_contexts_norm = 0.0;
  double proxy_words_norm = 0.0;
  std::string proxy_undefined;  ///< why these are not there; empty where they are

  Modes modes;
};
/// All of it for a task, in less than about a second: what would take longer is undefined, with the reason.
std::shared_ptr<const TaskTheory> make_task_theory(std::shared_ptr<const Task> task);

/// The max-margin logits of a task and the geometry they predict.
struct MaxMarginTheory {
  std::shared_ptr<const Task> task;
  MaxMargin solution;
  MaxMarginFactors factors;     ///< W_mm (V×r), H_mm (r×m)
  PredictedGeometry contexts;   ///< of H_mm
  PredictedGeometry words;      ///< of W_mm^T
  double seconds = 0.0;         ///< that it took; of no influence on anything
};

/// A task's L_mm with its factors and their norms (|corr X|_F of geometry_norm()). Throws UsageError where the logits are not
/// of the size of the task, V×m.
std::shared_ptr<const MaxMarginTheory> make_max_margin_theory(std::shared_ptr<const Task> task, MaxMargin solution,
                                                              double seconds);

}  // namespace gramscope
