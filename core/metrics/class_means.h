#pragma once

#include <span>
#include <vector>

#include "core/linalg/types.h"
#include "core/tasks/task.h"

namespace gramscope {

/// Samples gathered by their labels, labels in ascending order.
struct ClassMeans {
  MatrixD means;                    ///< d×K: mu_c, the mean of the samples of each class
  std::vector<Index> class_of;      ///< N: 0 ... K-1
  std::vector<Index> first_context; ///< K: a context of each class, which its factor values are read from

  Index classes() const { return means.cols(); }
  /// Whether no class has two samples: then nothing varies within classes.
  bool has_one_sample_per_class() const { return class_of.size() == first_context.size(); }
};

/// The columns of H (d×N) averaged within each of the N labels.
ClassMeans class_means(const MatrixD& h, std::span<const int> labels);

/// The same with the labels of a task. A task with soft labels has a class per context.
ClassMeans class_means(const Task& task, const MatrixD& h);

}  // namespace gramscope
