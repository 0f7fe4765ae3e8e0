#pragma once

#include "core/metrics/metrics.h"
#include "core/tasks/task_work.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// How much time measuring may take.
enum class MeasureDepth {
  record,   ///< a recorded step: everything
  /// A frame between recorded steps: what would take longer than a hundredth of a second is left out, each by itself. That is,
  /// where there are many points, dimensions or words: the spectrum; cka_* and nc2_etf_error, which need a Gram matrix; all that
  /// is over pairs (purity_*, nc2_equiangular, nc2_max_angle, gnc2_log, nc1_cdnv); silhouette_*, contrast_* and energy_*;
  /// nc1_pinv, nc3_dual_etf and nc4_agreement; the nuclear ratio. The loss and the norms are always there.
  preview,
};

/// Every metric of metric_entries() for one moment, in their order; those of a prefix once per factor, order or mode. Computed
/// in double from (task, W, H, b), the smoothing, the penalty and L_mm alone, with nothing carried over from other moments. A
/// number that does not exist comes with the reason why.
///
/// Where a recording has no W, or no labels, what needs them is undefined and says so. Classes are the labels that contexts
/// have, with their rows of W: other rows are words that the prediction can fall on, and count for nothing else
/// (words_without_contexts()). Takes one copy of H and, of the smaller of d and n, a square; time grows with n^2 d where there
/// are factors or each context is its own class, else with n d^2. `work` hears of what takes longer than a moment and can
/// stop it (Cancelled).
Metrics measure(const Embeddings& embeddings, MeasureDepth depth = MeasureDepth::record, const TaskWork& work = {});

/// The metrics among them that depend on L_mm, and no others, as measure() gives them: nuclear_ratio, sim_h_mm, sim_w_mm,
/// share_max_margin. What a step was measured without is completed by them.
Metrics measure_max_margin(const Embeddings& embeddings);

}  // namespace gramscope
