#include "core/metrics/class_means.h"

#include <map>
#include <numeric>
#include <utility>

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

CentredMeans centred_means(ClassMeans classes) {
  CentredMeans centred;
  centred.class_of = std::move(classes.class_of);
  centred.first_context = std::move(classes.first_context);
  centred.m = std::move(classes.means);
  auto& m = centred.m;
  centred.global_mean = VectorD::Zero(m.rows());
  if (m.cols() == 0) return centred;
  centred.resolution = 1e-14 * m.colwise().norm().maxCoeff();
  // Twice: the mean of many numbers is itself rounded, and the second pass takes that away.
  for (int pass = 0; pass < 2; ++pass) {
    const VectorD mean = m.rowwise().mean();
    m.colwise() -= mean;
    centred.global_mean += mean;
  }
  for (Index c = 0; c < m.cols(); ++c)
    if (m.col(c).norm() <= centred.resolution) m.col(c).setZero();
  return centred;
}

std::vector<Index> class_labels(const Task& task, std::span<const Index> first_context) {
  std::vector<Index> labels;
  if (!task.is_one_hot()) return labels;
  for (const Index j : first_context) labels.push_back(task.labels[static_cast<std::size_t>(j)]);
  return labels;
}

std::vector<Index> words_without_contexts(const Task& task) {
  std::vector<Index> words;
  if (!task.is_one_hot()) return words;
  std::vector<bool> is_label(static_cast<std::size_t>(task.words), false);
  for (const int label : task.labels) is_label[static_cast<std::size_t>(label)] = true;
  for (Index word = 0; word < task.words; ++word)
    if (!is_label[static_cast<std::size_t>(word)]) words.push_back(word);
  return words;
}

Index class_count(const Task& task) {
  return task.is_one_hot() ? task.words - static_cast<Index>(words_without_contexts(task).size()) : 0;
}

}  // namespace gramscope
