#pragma once

#include <string>
#include <vector>

#include "core/metrics/measure.h"
#include "core/metrics/pair_statistics.h"
#include "core/metrics/point_factors.h"

namespace gramscope {

/// What the families of metrics of one moment are computed from, and how they tell of their work. What several of them need
/// is made once, when the first asks for it. Besides H itself it holds one copy: the class means.
class Moment {
 public:
  Moment(const Embeddings& embeddings, MeasureDepth depth, const TaskWork& work);
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

  const Embeddings& embeddings() const { return embeddings_; }
  const Task& task() const { return task_; }
  MeasureDepth depth() const { return depth_; }
  const CentredMeans& means() const { return means_; }
  const std::vector<PointFactor>& factors() const { return factors_; }

  /// Why there is none; empty where there is.
  const std::string& no_words() const { return no_words_; }      ///< no W
  const std::string& no_targets() const { return no_targets_; }  ///< not known what follows the contexts
  const std::string& no_classes() const { return no_classes_; }  ///< no labels, soft ones, or a single class
  const std::string& no_points() const { return no_points_; }    ///< no two different class means (or contexts)
  const std::string& no_spread() const { return no_spread_; }    ///< no two different contexts
  const std::string& no_word_geometry() const { return no_word_geometry_; }  ///< no W of classes, or one beyond squaring
  const std::string& no_direction() const { return no_direction_; }  ///< a class mean (or context) is at the mean of all
  /// What the semantic metrics' points are called: "classes" or "contexts".
  const char* points_name() const;

  /// The rows of W of the classes (d×K). Only where there are words and classes.
  const MatrixD& class_words();
  const std::vector<Index>& labels() const { return labels_; }
  /// small_gram() of the class means.
  const MatrixD& between();
  /// The eigenvalues of the smaller Gram matrix of the centred contexts, descending.
  const VectorD& spectrum();
  /// Of the class means, with variances within classes where there are any to be had.
  const PairStatistics& pairs();

  /// Whether so many multiplications may be done now; else the reason is kRecordedOnly.
  bool allows(double multiplications) const;
  static constexpr const char* kRecordedOnly = "computed at recorded steps only";

  /// To be handed to what takes long: passes on to the TaskWork, which may throw Cancelled.
  WorkDone done();

 private:
  void find_reasons();
  bool has_equal_contexts() const;
  double expected_work() const;

  const Embeddings& embeddings_;
  const Task& task_;
  MeasureDepth depth_;
  const TaskWork& work_;
  CentredMeans means_;
  std::vector<Index> labels_;
  std::vector<PointFactor> factors_;
  std::string no_words_;
  std::string no_targets_;
  std::string no_classes_;
  std::string no_points_;
  std::string no_spread_;
  std::string no_word_geometry_;
  std::string no_direction_;
  double expected_work_ = 0.0;
  double done_work_ = 0.0;
  MatrixD class_words_;
  MatrixD between_;
  VectorD spectrum_;
  PairStatistics pairs_;
  bool has_pairs_ = false;
};

/// Adds the value, or the reason where it is not a finite number.
void add(Metrics& metrics, const std::string& key, double value, const std::string& reason);

/// A family adds its metrics, all of them and in the order of metric_entries().
using MetricFamily = void (*)(Metrics&, Moment&);

void add_loss(Metrics& metrics, Moment& moment);
void add_spectrum(Metrics& metrics, Moment& moment);
void add_alignment(Metrics& metrics, Moment& moment);
void add_factor_metrics(Metrics& metrics, Moment& moment);
void add_energies(Metrics& metrics, Moment& moment);
void add_within_class(Metrics& metrics, Moment& moment);
void add_frames(Metrics& metrics, Moment& moment);
void add_duality(Metrics& metrics, Moment& moment);
void add_theory(Metrics& metrics, Moment& moment);

}  // namespace gramscope
