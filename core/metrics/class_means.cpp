#include "core/metrics/class_means.h"

#include <map>
#include <numeric>

namespace gramscope {

ClassMeans class_means(const MatrixD& h, std::span<const int> labels) {
  std::map<int, std::vector<Index>> members;
  for (std::size_t j = 0; j < labels.size(); ++j) members[labels[j]].push_back(static_cast<Index>(j));

  ClassMeans result;
  result.means = MatrixD::Zero(h.rows(), static_cast<Index>(members.size()));
  result.class_of.resize(labels.size());
  Index c = 0;
  for (const auto& [label, contexts] : members) {
    for (const Index j : contexts) {
      result.means.col(c) += h.col(j);
      result.class_of[static_cast<std::size_t>(j)] = c;
    }
    result.means.col(c) /= static_cast<double>(contexts.size());
    result.first_context.push_back(contexts.front());
    ++c;
  }
  return result;
}

ClassMeans class_means(const Task& task, const MatrixD& h) {
  if (task.is_one_hot()) return class_means(h, task.labels);
  std::vector<int> own(static_cast<std::size_t>(task.contexts));
  std::iota(own.begin(), own.end(), 0);
  return class_means(h, own);
}

}  // namespace gramscope
