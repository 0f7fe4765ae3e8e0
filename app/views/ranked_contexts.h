#pragma once

#include <vector>

#include "core/linalg/types.h"

namespace gramscope::app {

/// The contexts but `selected` from the largest cosine to the smallest, or the other way round; of equals the
/// first, and those without a direction (NaN) left out.
std::vector<Index> ranked_contexts(const VectorF& cosines, Index selected, bool is_farthest_first);

}  // namespace gramscope::app
