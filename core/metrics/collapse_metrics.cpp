#include "core/metrics/duality.h"
#include "core/metrics/moment.h"
#include "core/metrics/neural_collapse.h"
#include "core/metrics/within_class.h"

namespace gramscope {

namespace {

constexpr const char* kOneSampleEach = "every context has its own label: nothing varies within a class";
constexpr const char* kZeroWord = "a word embedding is zero";

/// Adds the value that is made, unless there is a reason why not.
template <class Value>
void add_unless(Metrics& metrics, const std::string& key, const std::string& reason, Value value,
                const std::string& reason_if_nan) {
  if (!reason.empty())
    metrics.add_undefined(key, reason);
  else
    add(metrics, key, value(), reason_if_nan);
}

std::string unless_allowed(const Moment& moment, const std::string& reason, double work) {
  return !reason.empty() || moment.allows(work) ? reason : Moment::kRecordedOnly;
}

bool has_zero_column(const MatrixD& x) { return x.cols() > 0 && !(x.colwise().stableNorm().minCoeff() > 0.0); }

}  // namespace

void add_within_class(Metrics& metrics, Moment& moment) {
  const auto& h = moment.embeddings().h;
  const auto& means = moment.means();
  std::string reason = moment.no_classes();
  if (reason.empty() && means.has_one_sample_per_class()) reason = kOneSampleEach;
  if (reason.empty()) reason = moment.no_points();
  const Index d = means.m.rows();
  const Index k = means.classes();
  add_unless(
      metrics, "nc1_pinv",
      unless_allowed(moment, reason, nc1_pinv_work(d, h.cols(), k) + small_gram_work(d, k)),
      [&] { return nc1_pinv(h, means, moment.between(), moment.done()); }, "all class means are equal");
  add_unless(metrics, "nc1_quotient", reason, [&] { return nc1_quotient(h, means); }, "all class means are equal");
  add_unless(
      metrics, "nc1_cdnv", unless_allowed(moment, reason, pair_statistics_work(d, k)),
      [&] { return moment.pairs().variance_per_distance; }, "two class means are equal");
}

void add_frames(Metrics& metrics, Moment& moment) {
  const auto& m = moment.means().m;
  const Index d = m.rows();
  const Index k = m.cols();
  const std::string no_means = moment.no_classes().empty() ? moment.no_points() : moment.no_classes();
  const std::string& no_words = moment.no_word_geometry();
  const std::string no_mean_pairs = unless_allowed(moment, no_means, pair_statistics_work(d, k));
  const std::string no_word_pairs = unless_allowed(moment, no_words, pair_statistics_work(d, k));
  PairStatistics words;
  if (no_word_pairs.empty()) words = pair_statistics(moment.class_words(), {}, moment.done());

  add_unless(metrics, "nc2_equinorm", no_means, [&] { return nc2_equinorm(m); }, moment.no_direction());
  add_unless(metrics, "nc2_equinorm_w", no_words, [&] { return nc2_equinorm(moment.class_words()); }, kZeroWord);
  add_unless(
      metrics, "nc2_equiangular", no_mean_pairs, [&] { return moment.pairs().cosine_deviation; }, moment.no_direction());
  add_unless(metrics, "nc2_equiangular_w", no_word_pairs, [&] { return words.cosine_deviation; }, kZeroWord);
  add_unless(
      metrics, "nc2_max_angle", no_mean_pairs, [&] { return moment.pairs().distance_from_simplex; },
      moment.no_direction());
  add_unless(metrics, "nc2_max_angle_w", no_word_pairs, [&] { return words.distance_from_simplex; }, kZeroWord);
  const double frame_work = small_gram_work(d, k);
  add_unless(
      metrics, "nc2_etf_error", unless_allowed(moment, no_means, frame_work),
      [&] { return nc2_etf_error_of_centred(moment.between(), d, k); }, "all class means are equal");
  add_unless(
      metrics, "nc2_etf_error_w", unless_allowed(moment, no_words, frame_work),
      [&] { return nc2_etf_error(moment.class_words()); }, "all word embeddings are zero");
  add_unless(
      metrics, "gnc2_log", no_mean_pairs, [&] { return moment.pairs().minus_log_distance; },
      has_zero_column(m) ? moment.no_direction() : "two class means have the same direction");
}

void add_duality(Metrics& metrics, Moment& moment) {
  const auto& embeddings = moment.embeddings();
  const auto& means = moment.means();
  const auto& m = means.m;
  const std::string& reason = moment.no_word_geometry().empty() ? moment.no_points() : moment.no_word_geometry();
  const MatrixD none;
  const MatrixD& words = reason.empty() ? moment.class_words() : none;
  const std::string zero = "all word embeddings are zero";
  add_unless(metrics, "nc3_self_duality", reason, [&] { return nc3_self_duality(words, m); }, zero);
  add_unless(
      metrics, "nc3_dual_etf", unless_allowed(moment, reason, nc3_dual_etf_work(m.rows(), m.cols())),
      [&] { return nc3_dual_etf(words, m, moment.done()); },
      words.isZero(0.0) ? zero : "every word embedding is orthogonal to every class mean");
  add_unless(
      metrics, "gnc3", reason, [&] { return gnc3(words, m); }, has_zero_column(words) ? kZeroWord : moment.no_direction());

  std::string no_samples = moment.no_words().empty() ? moment.no_classes() : moment.no_words();
  if (no_samples.empty() && means.has_one_sample_per_class())
    no_samples = "every context has its own label and is its own class mean";
  if (no_samples.empty()) no_samples = moment.no_points();
  const double work = nc4_agreement_work(embeddings.h.cols(), m.rows(), embeddings.w.rows(), m.cols());
  add_unless(
      metrics, "nc4_agreement", unless_allowed(moment, no_samples, work),
      [&] { return nc4_agreement(embeddings.h, embeddings.w, embeddings.bias, means, moment.labels(), moment.done()); },
      "the logits overflow");
}

}  // namespace gramscope
