#include "core/theory/task_theory.h"

#include <utility>

#include "core/linalg/arithmetic.h"
#include "core/registry/error.h"
#include "core/theory/similarity.h"

namespace gramscope {

namespace {

/// Half a second: the supports of 5,000 words and 20,000 contexts take 3e7.
constexpr double kMostProxyWork = 2e8;

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
  theory->contexts = PredictedGeometry(theory->factors.h);
  theory->words = PredictedGeometry(theory->factors.w.transpose());
  theory->solution = std::move(solution);
  theory->task = std::move(task);
  theory->seconds = seconds;
  return theory;
}

}  // namespace gramscope
