#include "core/metrics/measure.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/metrics/alignment.h"
#include "core/metrics/class_means.h"
#include "core/metrics/neural_collapse.h"
#include "core/metrics/theory_metrics.h"
#include "core/metrics/within_class.h"
#include "core/nn/softmax_cross_entropy.h"

namespace gramscope {

namespace {

/// What several metrics are computed from.
struct Moment {
  const Embeddings& embeddings;
  const Task& task;
  ClassMeans classes;
  MatrixD centred_means;  ///< d×K
  MatrixD cosines;        ///< K×K, empty without factors: a text may have too many contexts for it
};

void add(Metrics& metrics, const std::string& key, double value, const std::string& reason_if_nan) {
  if (std::isnan(value))
    metrics.add_undefined(key, reason_if_nan);
  else
    metrics.add(key, value);
}

/// Logits computed at a time: a large text has more of them (V×m) than memory.
constexpr Index kMostLogits = Index{1} << 22;

/// How many of the contexts from first_context on, whose logits are given, have a largest logit (the first of equals)
/// that can follow them; their weight is added to `weight`.
Index count_right(const Task& task, const MatrixD& logits, Index first_context, double* weight) {
  Index right = 0;
  for (Index i = 0; i < logits.cols(); ++i) {
    const Index j = first_context + i;
    Index best = 0;
    logits.col(i).maxCoeff(&best);
    const auto first = task.targets.word.begin() + task.targets.begin[static_cast<std::size_t>(j)];
    const auto last = task.targets.word.begin() + task.targets.begin[static_cast<std::size_t>(j) + 1];
    if (!std::binary_search(first, last, best)) continue;
    *weight += task.weight(j);
    ++right;
  }
  return right;
}

void add_loss(Metrics& metrics, const Moment& moment) {
  const auto& [h, w] = std::tie(moment.embeddings.h, moment.embeddings.w);
  const Task& task = moment.task;
  const double smoothing = moment.embeddings.smoothing;
  const double floor =
      smoothing > 0.0 ? entropy_floor(task.targets, task.weight, task.words, smoothing) : task.entropy_floor;
  const Index most = std::max<Index>(1, kMostLogits / std::max<Index>(1, w.rows()));
  double loss = 0.0;
  double right_weight = 0.0;
  Index right = 0;
  MatrixD logits;
  for (Index first = 0; first < h.cols(); first += most) {
    logits.noalias() = w * h.middleCols(first, std::min(most, h.cols() - first));
    right += count_right(task, logits, first, &right_weight);
    loss += softmax_cross_entropy<double>(logits, task.targets, task.weight, first, smoothing);
  }
  const std::string overflow = "the logits overflow";
  add(metrics, "loss", loss, overflow);
  metrics.add("loss_floor", floor);
  add(metrics, "loss_excess", loss - floor, overflow);
  add(metrics, "objective", loss + moment.embeddings.penalty, overflow);
  // The weights' sum may miss 1 by rounding.
  metrics.add("accuracy", right == task.contexts ? 1.0 : right_weight);
  metrics.add("norm_w", w.norm());
  metrics.add("norm_h", h.norm());
}

void add_spectrum(Metrics& metrics, const Moment& moment) {
  const VectorD squared = squared_singular_values(centre_columns(moment.embeddings.h));
  const std::string reason = "all context embeddings are equal";
  add(metrics, "explained_variance_3", explained_variance(squared, 3), reason);
  add(metrics, "effective_rank", effective_rank(squared), reason);
  add(metrics, "participation_ratio", participation_ratio(squared), reason);
}

void add_alignment(Metrics& metrics, const Moment& moment) {
  const std::string equal = "all context embeddings are equal";
  if (moment.task.factors.empty()) {
    metrics.add_undefined("cka_semantic", "the task has no latent factors");
    add(metrics, "cka_symmetric", cka_with_identity_of_columns(moment.centred_means), equal);
    return;
  }
  MatrixD gram;
  gram.noalias() = moment.centred_means.transpose() * moment.centred_means;
  if (moment.task.factors.size() == 1) {
    metrics.add_undefined("cka_semantic", "with one factor the labels already say all that it says");
  } else {
    const auto& first = moment.classes.first_context;
    const Index k = static_cast<Index>(first.size());
    MatrixD kernel(k, k);
    for (Index c = 0; c < k; ++c)
      for (Index r = 0; r < k; ++r)
        kernel(r, c) = moment.task.semantic_kernel(first[static_cast<std::size_t>(r)], first[static_cast<std::size_t>(c)]);
    add(metrics, "cka_semantic", cka(gram, kernel), equal);
  }
  add(metrics, "cka_symmetric", cka_with_identity(gram), equal);
}

/// Why there is nothing to compare pairs that share a value with; empty where there is.
std::string no_pairs(const std::vector<int>& value) {
  const std::set<int> distinct(value.begin(), value.end());
  if (distinct.size() == value.size()) return "no two classes share a value";
  if (distinct.size() == 1) return "all classes share one value";
  return {};
}

void add_contrasts(Metrics& metrics, const Moment& moment) {
  for (const auto& factor : moment.task.factors) {
    std::vector<int> value;
    for (const Index j : moment.classes.first_context) value.push_back(factor.value[static_cast<std::size_t>(j)]);
    if (const auto reason = no_pairs(value); !reason.empty())
      metrics.add_undefined("contrast_" + factor.name, reason);
    else
      add(metrics, "contrast_" + factor.name, contrast(moment.cosines, value),
          "an embedding equals the mean and has no direction");
  }
}

constexpr const char* kNoClasses = "contexts have several next words: there are no classes";

void add_within_class(Metrics& metrics, const Moment& moment) {
  const struct {
    const char* key;
    double (*of)(const MatrixD&, const ClassMeans&);
    const char* undefined;
  } families[] = {{"nc1_pinv", nc1_pinv, "all class means are equal"},
                  {"nc1_quotient", nc1_quotient, "all class means are equal"},
                  {"nc1_cdnv", nc1_cdnv, "two class means are equal"}};
  for (const auto& family : families) {
    if (!moment.task.is_one_hot())
      metrics.add_undefined(family.key, kNoClasses);
    else if (moment.classes.has_one_sample_per_class())
      metrics.add_undefined(family.key, "every context has its own label: nothing varies within a class");
    else
      add(metrics, family.key, family.of(moment.embeddings.h, moment.classes), family.undefined);
  }
}

/// The word embeddings of the classes (d×K): words that no context has as its label are not among them.
MatrixD class_words(const Moment& moment) {
  const auto& first = moment.classes.first_context;
  MatrixD words(moment.embeddings.w.cols(), static_cast<Index>(first.size()));
  for (std::size_t c = 0; c < first.size(); ++c)
    words.col(static_cast<Index>(c)) =
        moment.embeddings.w.row(moment.task.labels[static_cast<std::size_t>(first[c])]).transpose();
  return words;
}

void add_collapse(Metrics& metrics, const Moment& moment) {
  const struct {
    const char* key;
    double (*of)(const MatrixD&);
  } families[] = {{"nc2_equinorm", nc2_equinorm},
                  {"nc2_equiangular", nc2_equiangular},
                  {"nc2_max_angle", nc2_max_angle},
                  {"nc2_etf_error", nc2_etf_error}};
  const MatrixD words = moment.task.is_one_hot() ? class_words(moment) : MatrixD();
  for (const auto& family : families) {
    if (moment.task.is_one_hot()) {
      add(metrics, family.key, family.of(moment.centred_means), "a class mean equals the global mean");
      add(metrics, std::string(family.key) + "_w", family.of(words), "a word embedding is zero");
    } else {
      metrics.add_undefined(family.key, kNoClasses);
      metrics.add_undefined(std::string(family.key) + "_w", kNoClasses);
    }
  }
}

std::shared_ptr<const TaskTheory> theory_of(const Embeddings& embeddings) {
  return embeddings.theory != nullptr ? embeddings.theory : make_task_theory(embeddings.task);
}

}  // namespace

Metrics measure(const Embeddings& embeddings, MeasureDepth depth, const TaskWork& work) {
  work.progress(0.0, "Measuring");
  Moment moment{embeddings, *embeddings.task, class_means(*embeddings.task, embeddings.h), {}, {}};
  moment.centred_means = centre_columns(moment.classes.means);
  if (!moment.task.factors.empty()) moment.cosines = cosine_gram(moment.centred_means);
  Metrics metrics;
  add_loss(metrics, moment);
  add_spectrum(metrics, moment);
  add_alignment(metrics, moment);
  add_contrasts(metrics, moment);
  add_within_class(metrics, moment);
  add_collapse(metrics, moment);
  add_theory_metrics(metrics, embeddings, *theory_of(embeddings), depth);
  return metrics;
}

Metrics measure_max_margin(const Embeddings& embeddings) {
  Metrics metrics;
  add_max_margin_metrics(metrics, embeddings, *theory_of(embeddings), MeasureDepth::record);
  return metrics;
}

}  // namespace gramscope
