#pragma once

#include "core/metrics/metrics.h"
#include "core/tasks/task_work.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// How much time measuring may take.
enum class MeasureDepth {
  record,   ///< a recorded step: everything
  preview,  ///< a frame between recorded steps: a nuclear ratio that would take longer than a hundredth of a second is left out
};

/// Every metric of metric_entries() for one moment, in their order; those of a prefix once per factor or mode. Computed in
/// double from (task, W, H), the smoothing, the penalty and L_mm alone, with nothing carried over from other moments. A
/// number that does not exist comes with the reason why.
///
/// Where a recording has no W, or no labels, what needs them is undefined and says so. `work` hears of what takes longer
/// than a moment and can stop it (Cancelled).
Metrics measure(const Embeddings& embeddings, MeasureDepth depth = MeasureDepth::record, const TaskWork& work = {});

/// The metrics among them that depend on L_mm, and no others, as measure() gives them: nuclear_ratio, sim_h_mm, sim_w_mm,
/// share_max_margin. What a step was measured without is completed by them.
Metrics measure_max_margin(const Embeddings& embeddings);

}  // namespace gramscope
