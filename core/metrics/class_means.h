#pragma once

#include <span>
#include <vector>

#include "core/linalg/types.h"
#include "core/tasks/task.h"

namespace gramscope {

/// Samples gathered by their labels, labels in ascending order. Labels that no sample has are not among them.
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

/// The same with the labels of a task. A task with soft labels, or without any, has a class per context.
ClassMeans class_means(const Task& task, const MatrixD& h);

/// Class means about their own mean: m_c = mu_c - mu_G with mu_G the mean of the mu_c (math.md section 5). What is no larger
/// than rounding is 0, so that no direction is made up of it.
struct CentredMeans {
  MatrixD m;               ///< d×K: m_c
  VectorD global_mean;     ///< d: mu_G
  double resolution = 0.0; ///< lengths up to this are what rounding leaves: 1e-14 of the largest |mu_c|
  std::vector<Index> class_of;       ///< as in ClassMeans
  std::vector<Index> first_context;

  Index classes() const { return m.cols(); }
  bool has_one_sample_per_class() const { return class_of.size() == first_context.size(); }
  bool is_zero() const { return m.isZero(0.0); }
};

/// Takes the means over: moved in, they are not copied.
CentredMeans centred_means(ClassMeans classes);

/// The labels (rows of W) of the classes, ascending: K of them. Empty for a task that is not one-hot.
std::vector<Index> class_labels(const Task& task, std::span<const Index> first_context);

/// The words (rows of W) that are the label of no context, ascending: no metric of classes is about them. Empty for a task
/// without labels.
std::vector<Index> words_without_contexts(const Task& task);

/// K, the labels that contexts have; 0 for a task that is not one-hot.
Index class_count(const Task& task);

}  // namespace gramscope
