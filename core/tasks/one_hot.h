#pragma once

#include <vector>

#include "core/tasks/task.h"

namespace gramscope {

/// The P of one-hot labels: column j is 1 at word label[j].
SparseColumns one_hot_columns(const std::vector<Index>& label);

}  // namespace gramscope
