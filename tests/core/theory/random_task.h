#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/random/philox.h"
#include "core/tasks/task.h"

namespace gramscope {

/// A task of random supports of 1 to `most` words, every third context with the support of an earlier one, random
/// probabilities and random weights, without factors or names.
inline std::shared_ptr<const Task> random_task(Index words, Index contexts, Index most, std::uint64_t seed) {
  Random random(seed, 7);
  auto task = std::make_shared<Task>();
  task->kind = "support";
  task->words = words;
  task->contexts = contexts;
  task->weight.resize(contexts);
  task->targets.begin.push_back(0);
  std::vector<std::vector<Index>> supports;
  for (Index j = 0; j < contexts; ++j) {
    std::vector<Index> support;
    if (j % 3 == 2) {
      support = supports[random.below(static_cast<std::uint32_t>(j))];
    } else {
      const auto size = 1 + random.below(static_cast<std::uint32_t>(most));
      while (support.size() < size) {
        const auto word = static_cast<Index>(random.below(static_cast<std::uint32_t>(words)));
        if (std::find(support.begin(), support.end(), word) == support.end()) support.push_back(word);
      }
      std::sort(support.begin(), support.end());
    }
    double sum = 0.0;
    const std::size_t first = task->targets.probability.size();
    for (const Index word : support) {
      task->targets.word.push_back(word);
      task->targets.probability.push_back(0.1 + random.uniform());
      sum += task->targets.probability.back();
    }
    for (std::size_t i = first; i < task->targets.probability.size(); ++i) task->targets.probability[i] /= sum;
    task->targets.begin.push_back(static_cast<Index>(task->targets.word.size()));
    task->weight(j) = 0.5 + random.uniform();
    supports.push_back(std::move(support));
  }
  task->weight /= task->weight.sum();
  complete(*task);
  return task;
}

}  // namespace gramscope
