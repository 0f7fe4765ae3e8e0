#include "core/tasks/task.h"

#include <cmath>

#include "core/tasks/ridge_limit.h"

namespace gramscope {

bool Task::has_one_context_per_label() const {
  if (!is_one_hot() || words != contexts) return false;
  std::vector<bool> is_taken(static_cast<std::size_t>(words), false);
  for (const int label : labels) {
    if (is_taken[static_cast<std::size_t>(label)]) return false;
    is_taken[static_cast<std::size_t>(label)] = true;
  }
  return true;
}

void complete(Task& task) {
  double floor = 0.0;
  bool is_one_hot = true;
  for (Index j = 0; j < task.contexts; ++j) {
    const auto first = static_cast<std::size_t>(task.targets.begin[static_cast<std::size_t>(j)]);
    const auto last = static_cast<std::size_t>(task.targets.begin[static_cast<std::size_t>(j) + 1]);
    is_one_hot = is_one_hot && last == first + 1;
    for (std::size_t i = first; i < last; ++i) {
      const double p = task.targets.probability[i];
      floor -= task.weight(j) * p * std::log(p);
    }
  }
  task.entropy_floor = is_one_hot ? 0.0 : floor;
  task.ridge_limit = ridge_limit(task.targets, task.weight, task.words);
  task.labels.clear();
  if (!is_one_hot) return;
  for (const Index word : task.targets.word) task.labels.push_back(static_cast<int>(word));
}

MatrixD shared_value_kernel(const std::vector<Factor>& factors, Index contexts) {
  if (factors.empty()) return {};
  MatrixD kernel = MatrixD::Zero(contexts, contexts);
  for (const auto& factor : factors)
    for (Index k = 0; k < contexts; ++k)
      for (Index j = 0; j < contexts; ++j)
        if (factor.value[static_cast<std::size_t>(j)] == factor.value[static_cast<std::size_t>(k)])
          kernel(j, k) += 1.0;
  return kernel;
}

}  // namespace gramscope
