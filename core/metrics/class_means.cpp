#include "core/metrics/class_means.h"

#include <map>

namespace gramscope {

ClassMeans class_means(const Task& task, const MatrixD& h) {
  std::map<int, std::vector<Index>> members;
  for (Index j = 0; j < task.contexts; ++j)
    members[task.is_one_hot() ? task.labels[static_cast<std::size_t>(j)] : static_cast<int>(j)].push_back(j);

  ClassMeans result;
  result.means = MatrixD::Zero(h.rows(), static_cast<Index>(members.size()));
  Index c = 0;
  for (const auto& [label, contexts] : members) {
    for (const Index j : contexts) result.means.col(c) += h.col(j);
    result.means.col(c) /= static_cast<double>(contexts.size());
    result.first_context.push_back(contexts.front());
    ++c;
  }
  return result;
}

}  // namespace gramscope
