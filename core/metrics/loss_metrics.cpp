#include <algorithm>

#include "core/metrics/moment.h"
#include "core/nn/softmax_cross_entropy.h"

namespace gramscope {

namespace {

/// Logits computed at a time: a large text has more of them (V×m) than memory.
constexpr Index kMostLogits = Index{1} << 22;

struct Predictions {
  double loss = 0.0;
  double accuracy = 0.0;
};

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

Predictions predictions_of(const Embeddings& embeddings, const WorkDone& done) {
  const auto& h = embeddings.h;
  const auto& w = embeddings.w;
  const Task& task = *embeddings.task;
  const Index most = std::max<Index>(1, kMostLogits / std::max<Index>({1, w.rows(), w.cols()}));
  Predictions predictions;
  double right_weight = 0.0;
  Index right = 0;
  MatrixD logits;
  for (Index first = 0; first < h.cols(); first += most) {
    logits.noalias() = w * h.middleCols(first, std::min(most, h.cols() - first));
    if (embeddings.bias.size() > 0) logits.colwise() += embeddings.bias;
    right += count_right(task, logits, first, &right_weight);
    predictions.loss += softmax_cross_entropy<double>(logits, task.targets, task.weight, first, embeddings.smoothing);
    done(static_cast<double>(logits.size()) * static_cast<double>(h.rows()));
  }
  // The weights' sum may miss 1 by rounding.
  predictions.accuracy = right == task.contexts ? 1.0 : right_weight;
  return predictions;
}

}  // namespace

void add_loss(Metrics& metrics, Moment& moment) {
  const auto& embeddings = moment.embeddings();
  const Task& task = moment.task();
  const std::string& missing = moment.no_words().empty() ? moment.no_targets() : moment.no_words();
  const double smoothing = embeddings.smoothing;
  const double floor =
      smoothing > 0.0 ? entropy_floor(task.targets, task.weight, task.words, smoothing) : task.entropy_floor;
  if (missing.empty()) {
    const Predictions predictions = predictions_of(embeddings, moment.done());
    const std::string overflow = "the logits overflow";
    add(metrics, "loss", predictions.loss, overflow);
    metrics.add("loss_floor", floor);
    add(metrics, "loss_excess", predictions.loss - floor, overflow);
    add(metrics, "objective", predictions.loss + embeddings.penalty, overflow);
    metrics.add("accuracy", predictions.accuracy);
  } else {
    metrics.add_undefined("loss", missing);
    if (moment.no_targets().empty())
      metrics.add("loss_floor", floor);
    else
      metrics.add_undefined("loss_floor", moment.no_targets());
    for (const char* key : {"loss_excess", "objective", "accuracy"}) metrics.add_undefined(key, missing);
  }
  if (moment.no_words().empty())
    add(metrics, "norm_w", embeddings.w.norm(), "the word embeddings overflow");
  else
    metrics.add_undefined("norm_w", moment.no_words());
  add(metrics, "norm_h", embeddings.h.norm(), "the context embeddings overflow");
}

}  // namespace gramscope
