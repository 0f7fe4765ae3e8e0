#include "core/metrics/moment.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/linalg/decomposition.h"
#include "core/linalg/tridiagonal.h"
#include "core/metrics/duality.h"
#include "core/metrics/interaction_energy.h"
#include "core/metrics/value_contrast.h"
#include "core/metrics/within_class.h"

namespace gramscope {

namespace {

/// Multiplications in a hundredth of a second of a core.
constexpr double kMostPreviewWork = 8e7;

/// Gram matrices up to this size are decomposed at one go, in less than a tenth of a second.
constexpr Index kSmallSpectrum = 512;

/// Why such numbers cannot be squared and added; empty where they can.
std::string beyond_squares(const MatrixD& x, const std::string& what) {
  if (!x.allFinite()) return what + " are not finite";
  const double largest = x.size() > 0 ? x.cwiseAbs().maxCoeff() : 0.0;
  if (largest > 1e140) return what + " are so large that their squares overflow";
  if (largest > 0.0 && largest < 1e-140) return what + " are so small that their squares vanish";
  return {};
}

double spectrum_work(Index rows, Index cols) { return small_gram_work(rows, cols) + eigenvalues_work(std::min(rows, cols)); }

}  // namespace

void add(Metrics& metrics, const std::string& key, double value, const std::string& reason) {
  if (std::isfinite(value))
    metrics.add(key, value);
  else
    metrics.add_undefined(key, reason);
}

Moment::Moment(const Embeddings& embeddings, MeasureDepth depth, const TaskWork& work)
    : embeddings_(embeddings), task_(*embeddings.task), depth_(depth), work_(work) {
  // Tens of millions of entries take a few tenths of a second each time they are gone through.
  const auto still_wanted = [&] { work_.progress(0.0, "Measuring"); };
  ClassMeans means = class_means(task_, embeddings.h);
  still_wanted();
  means_ = centred_means(std::move(means));
  still_wanted();
  labels_ = class_labels(task_, means_.first_context);
  factors_ = point_factors(task_, means_.class_of, means_.first_context);
  find_reasons();
  still_wanted();
  expected_work_ = expected_work();
}

void Moment::find_reasons() {
  if (embeddings_.w.rows() == 0) no_words_ = "there is no W (word or class embeddings)";
  if (!task_.has_targets()) no_targets_ = "there are no labels";

  if (!no_targets_.empty())
    no_classes_ = no_targets_;
  else if (!task_.is_one_hot())
    no_classes_ = "contexts have several next words: there are no classes";
  else if (means_.classes() < 2)
    no_classes_ = "there is only one class";

  const bool are_contexts = means_.has_one_sample_per_class();
  no_direction_ = are_contexts ? "a context embedding equals the mean of all and has no direction"
                               : "a class mean equals the global mean and has no direction";
  no_spread_ = beyond_squares(embeddings_.h, "the context embeddings");
  no_points_ = no_spread_;
  if (no_spread_.empty()) {
    if (embeddings_.h.cols() < 2)
      no_spread_ = "there is only one context";
    else if (has_equal_contexts())
      no_spread_ = "all context embeddings are equal";
    if (means_.classes() < 2)
      no_points_ = are_contexts ? "there is only one context" : "there is only one class";
    else if (means_.is_zero())
      no_points_ = are_contexts ? "all context embeddings are equal" : "all class means are equal";
  }

  no_word_geometry_ = !no_words_.empty()     ? no_words_
                      : !no_classes_.empty() ? no_classes_
                                             : beyond_squares(embeddings_.w, "the word embeddings");
}

bool Moment::has_equal_contexts() const {
  const auto& h = embeddings_.h;
  const double resolution = 1e-14 * h.col(0).stableNorm();
  for (Index j = 1; j < h.cols(); ++j)
    if ((h.col(j) - h.col(0)).stableNorm() > resolution) return false;
  return true;
}

const char* Moment::points_name() const { return means_.has_one_sample_per_class() ? "contexts" : "classes"; }

double Moment::expected_work() const {
  const auto& h = embeddings_.h;
  const auto& w = embeddings_.w;
  const auto& m = means_.m;
  const bool has_samples = !means_.has_one_sample_per_class();
  double work = spectrum_work(h.rows(), h.cols());
  if (has_samples) work += small_gram_work(m.rows(), m.cols());
  work += value_contrasts_work(m.rows(), factors_) + interaction_energies_work(m.rows(), m.cols(), factors_.size());
  if (!factors_.empty() || no_classes_.empty()) work += pair_statistics_work(m.rows(), m.cols());
  if (no_words_.empty() && no_targets_.empty())
    work += 2.0 * static_cast<double>(w.size()) * static_cast<double>(h.cols());
  if (no_classes_.empty() && has_samples) work += nc1_pinv_work(m.rows(), h.cols(), m.cols());
  if (no_word_geometry_.empty()) {
    work += pair_statistics_work(m.rows(), m.cols()) + small_gram_work(m.rows(), m.cols()) +
            nc3_dual_etf_work(m.rows(), m.cols());
    if (has_samples) work += nc4_agreement_work(h.cols(), h.rows(), w.rows(), m.cols());
  }
  return work;
}

const MatrixD& Moment::class_words() {
  if (class_words_.size() == 0) class_words_ = embeddings_.w(labels_, Eigen::all).transpose();
  return class_words_;
}

const MatrixD& Moment::between() {
  if (between_.size() == 0) between_ = small_gram(means_.m, done());
  return between_;
}

const VectorD& Moment::spectrum() {
  if (spectrum_.size() > 0) return spectrum_;
  const auto& h = embeddings_.h;
  const auto eigenvalues = [&](const MatrixD& gram) -> VectorD {
    return (gram.cols() <= kSmallSpectrum ? symmetric_eigenvalues(gram) : eigenvalues_by_tridiagonal(gram, done())).cwiseMax(0.0);
  };
  if (means_.has_one_sample_per_class())
    spectrum_ = eigenvalues(between());
  else
    spectrum_ = eigenvalues(small_gram(h, h.rowwise().mean(), done()));
  return spectrum_;
}

const PairStatistics& Moment::pairs() {
  if (has_pairs_) return pairs_;
  std::vector<double> variances;
  if (no_classes_.empty() && !means_.has_one_sample_per_class()) variances = class_variances(embeddings_.h, means_);
  pairs_ = pair_statistics(means_.m, {.variances = variances, .factors = factors_, .resolution = means_.resolution}, done());
  has_pairs_ = true;
  return pairs_;
}

bool Moment::allows(double multiplications) const {
  return depth_ == MeasureDepth::record || multiplications <= kMostPreviewWork;
}

WorkDone Moment::done() {
  return [this](double multiplications) {
    done_work_ += multiplications;
    work_.progress(std::min(0.99, done_work_ / expected_work_), "Measuring");
  };
}

}  // namespace gramscope
