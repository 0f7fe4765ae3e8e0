#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/tasks/task.h"
#include "core/train/snapshot.h"

namespace gramscope::test {

/// The task of embeddings that come without one: `words` rows of W; `labels` of the contexts or none; factors by name.
inline std::shared_ptr<Task> recorded_task(Index contexts, Index words, const std::vector<int>& labels,
                                           std::vector<std::pair<std::string, std::vector<int>>> factors = {}) {
  auto task = std::make_shared<Task>();
  task->kind = "recording";
  task->contexts = contexts;
  task->words = words;
  task->weight = VectorD::Constant(contexts, 1.0 / static_cast<double>(contexts));
  for (Index j = 0; j <= contexts; ++j) task->targets.begin.push_back(labels.empty() ? 0 : j);
  for (const int label : labels) task->targets.word.push_back(label);
  task->targets.probability.assign(labels.size(), 1.0);
  for (auto& [name, value] : factors) {
    std::vector<std::string> names;
    for (int v = 0; v <= *std::max_element(value.begin(), value.end()); ++v) names.push_back(std::to_string(v));
    task->factors.push_back({name, std::move(names), std::move(value)});
  }
  complete(*task);
  return task;
}

/// Embeddings of it; an empty W is none.
inline Embeddings recorded(std::shared_ptr<const Task> task, MatrixD h, MatrixD w = {}, VectorD bias = {}) {
  Embeddings embeddings;
  embeddings.task = std::move(task);
  embeddings.w = w.size() > 0 ? std::move(w) : MatrixD(0, h.rows());
  embeddings.h = std::move(h);
  embeddings.bias = std::move(bias);
  return embeddings;
}

}  // namespace gramscope::test
