#include "core/theory/task_theory.h"

#include <cmath>
#include <utility>

#include "core/linalg/arithmetic.h"
#include "core/registry/error.h"
#include "core/theory/similarity.h"

namespace gramscope {

namespace {

/// Operations of about a nanosecond each: half a second.
constexpr double kMostProxyWork = 5e8;

/// |L_in|_F
double in_support_norm(const SparseColumns& targets) {
  double squared = 0.0;
  for (Index j = 0; j < targets.columns(); ++j) {
    const auto begin = static_cast<std::size_t>(targets.begin[static_cast<std::size_t>(j)]);
    const auto end = static_cast<std::size_t>(targets.begin[static_cast<std::size_t>(j) + 1]);
    double mean = 0.0;
    for (std::size_t i = begin; i < end; ++i) mean += std::log(targets.probability[i]) / static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const double centred = std::log(targets.probability[i]) - mean;
      squared += centred * centred;
    }
  }
  // Equal probabilities leave rounding only.
  const double norm = std::sqrt(squared);
  return norm > 1e-13 * std::sqrt(static_cast<double>(targets.word.size())) ? norm : 0.0;
}

}  // namespace

std::shared_ptr<const TaskTheory> make_task_theory(std::shared_ptr<const Task> task) {
  const ComputeScope scope;
  auto theory = std::make_shared<TaskTheory>();
  theory->supports = supports_of(task->targets, task->words);
  theory->in_support_norm = in_support_norm(task->targets);
  if (proxy_work(theory->supports) > kMostProxyWork) {
    theory->proxy_undefined = "the supports of " + std::to_string(task->contexts) +
                              " contexts meet too often to compare them all";
  } else {
    const ProxyNorms norms = proxy_norms(theory->supports);
    theory->proxy_contexts_norm = norms.contexts;
    theory->proxy_words_norm = norms.words;
    if (!(norms.contexts > 0.0)) theory->proxy_undefined = "every word can follow every context: the proxy is 0";
  }
  theory->modes = modes_of(*task);
  theory->task = std::move(task);
  return theory;
}

std::shared_ptr<const MaxMarginTheory> make_max_margin_theory(std::shared_ptr<const Task> task, MaxMargin solution,
                                                              double seconds) {
  const ComputeScope scope;
  if (solution.logits.rows() != task->words || solution.logits.cols() != task->contexts)
    throw UsageError("max-margin logits of size " + std::to_string(solution.logits.rows()) + "×" +
                     std::to_string(solution.logits.cols()) + " do not belong to a task of " +
                     std::to_string(task->words) + " words and " + std::to_string(task->contexts) + " contexts");
  auto theory = std::make_shared<MaxMarginTheory>();
  theory->factors = max_margin_factors(solution.logits);
  theory->contexts_norm = geometry_norm(predicted_directions(theory->factors.h));
  theory->words_norm = geometry_norm(predicted_directions(theory->factors.w.transpose()));
  theory->solution = std::move(solution);
  theory->task = std::move(task);
  theory->seconds = seconds;
  return theory;
}

}  // namespace gramscope
