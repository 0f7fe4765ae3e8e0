#include "core/metrics/measure.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/metrics/alignment.h"
#include "core/metrics/class_means.h"
#include "core/metrics/neural_collapse.h"
#include "core/nn/softmax_cross_entropy.h"

namespace gramscope {

namespace {

/// What several metrics are computed from.
struct Moment {
  const Embeddings& embeddings;
  const Task& task;
  ClassMeans classes;
  MatrixD centred_means;  ///< d×K
  MatrixD cosines;        ///< K×K
};

void add(Metrics& metrics, const std::string& key, double value, const std::string& reason_if_nan) {
  if (std::isnan(value))
    metrics.add_undefined(key, reason_if_nan);
  else
    metrics.add(key, value);
}

/// The pi-weighted share of contexts whose largest logit (the first of equals) can follow them.
double accuracy(const Task& task, const MatrixD& logits) {
  double right = 0.0;
  bool is_all_right = true;
  for (Index j = 0; j < task.contexts; ++j) {
    Index best = 0;
    logits.col(j).maxCoeff(&best);
    const auto first = task.targets.word.begin() + task.targets.begin[static_cast<std::size_t>(j)];
    const auto last = task.targets.word.begin() + task.targets.begin[static_cast<std::size_t>(j) + 1];
    if (std::binary_search(first, last, best))
      right += task.weight(j);
    else
      is_all_right = false;
  }
  return is_all_right ? 1.0 : right;  // the weights' sum may miss 1 by rounding
}

void add_loss(Metrics& metrics, const Moment& moment) {
  const auto& [h, w] = std::tie(moment.embeddings.h, moment.embeddings.w);
  MatrixD logits(w.rows(), h.cols());
  logits.noalias() = w * h;
  const double correct = accuracy(moment.task, logits);
  const auto& [targets, weight] = std::tie(moment.task.targets, moment.task.weight);
  const double smoothing = moment.embeddings.smoothing;
  const double loss = softmax_cross_entropy<double>(logits, targets, weight, 0, smoothing);
  const double floor =
      smoothing > 0.0 ? entropy_floor(targets, weight, moment.task.words, smoothing) : moment.task.entropy_floor;
  const std::string overflow = "the logits overflow";
  add(metrics, "loss", loss, overflow);
  metrics.add("loss_floor", floor);
  add(metrics, "loss_excess", loss - floor, overflow);
  add(metrics, "objective", loss + moment.embeddings.penalty, overflow);
  metrics.add("accuracy", correct);
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
  MatrixD gram;
  gram.noalias() = moment.centred_means.transpose() * moment.centred_means;
  const std::string equal = "all context embeddings are equal";
  if (moment.task.factors.empty()) {
    metrics.add_undefined("cka_semantic", "the task has no latent factors");
  } else if (moment.task.factors.size() == 1) {
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

void add_contrasts(Metrics& metrics, const Moment& moment) {
  for (const auto& factor : moment.task.factors) {
    std::vector<int> value;
    for (const Index j : moment.classes.first_context) value.push_back(factor.value[static_cast<std::size_t>(j)]);
    const double result = contrast(moment.cosines, value);
    add(metrics, "contrast_" + factor.name, result,
        moment.task.factors.size() == 1 && std::isnan(result) ? "no two classes share a value of the only factor"
                                                              : "an embedding equals the mean and has no direction");
  }
}

void add_collapse(Metrics& metrics, const Moment& moment) {
  const struct {
    const char* key;
    double (*of)(const MatrixD&);
  } families[] = {{"nc2_equinorm", nc2_equinorm},
                  {"nc2_equiangular", nc2_equiangular},
                  {"nc2_max_angle", nc2_max_angle},
                  {"nc2_etf_error", nc2_etf_error}};
  const MatrixD words = moment.embeddings.w.transpose();
  for (const auto& family : families) {
    if (moment.task.is_one_hot()) {
      add(metrics, family.key, family.of(moment.centred_means), "a class mean equals the global mean");
      add(metrics, std::string(family.key) + "_w", family.of(words), "a word embedding is zero");
    } else {
      metrics.add_undefined(family.key, "contexts have several next words: there are no classes");
      metrics.add_undefined(std::string(family.key) + "_w", "contexts have several next words: there are no classes");
    }
  }
}

}  // namespace

Metrics measure(const Embeddings& embeddings) {
  Moment moment{embeddings, *embeddings.task, class_means(*embeddings.task, embeddings.h), {}, {}};
  moment.centred_means = centre_columns(moment.classes.means);
  moment.cosines = cosine_gram(moment.centred_means);
  Metrics metrics;
  add_loss(metrics, moment);
  add_spectrum(metrics, moment);
  add_alignment(metrics, moment);
  add_contrasts(metrics, moment);
  add_collapse(metrics, moment);
  return metrics;
}

}  // namespace gramscope
