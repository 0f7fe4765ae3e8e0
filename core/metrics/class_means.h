#pragma once

#include <vector>

#include "core/linalg/types.h"
#include "core/tasks/task.h"

namespace gramscope {

/// The columns of H (d×m) averaged within each label: mu_c (d×K), labels in ascending order. Where every context has
/// its own label this is H with its columns in label order; a task with soft labels has a class per context.
struct ClassMeans {
  MatrixD means;                    ///< d×K
  std::vector<Index> first_context; ///< K: a context of each class, which its factor values are read from
};

ClassMeans class_means(const Task& task, const MatrixD& h);

}  // namespace gramscope
