#pragma once

#include "core/metrics/metrics.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// Every metric of metric_entries() for one moment, in their order; per-factor metrics once per factor. Computed in
/// double from (task, W, H), the smoothing and the penalty alone, with nothing carried over from other moments. A number that does not exist comes
/// with the reason why.
Metrics measure(const Embeddings& embeddings);

}  // namespace gramscope
