#pragma once

#include <memory>

#include "core/random/philox.h"
#include "core/tasks/task.h"

namespace gramscope {

/// A task of random contexts and soft targets, for models that read tokens.
struct TokenTaskShape {
  Index contexts = 6;
  Index shortest = 3;
  Index longest = 3;
  Index vocabulary = 5;
  Index words = 7;
  Index most_support = 1;  ///< 1: one-hot
};

inline std::shared_ptr<const Task> random_token_task(const TokenTaskShape& shape, std::uint64_t seed) {
  Random random(seed);
  auto task = std::make_shared<Task>();
  task->kind = "random";
  task->words = shape.words;
  task->contexts = shape.contexts;
  task->weight.resize(shape.contexts);
  task->targets.begin.push_back(0);
  for (Index j = 0; j < shape.contexts; ++j) {
    const auto spread = static_cast<std::uint32_t>(shape.longest - shape.shortest + 1);
    std::vector<int> tokens(static_cast<std::size_t>(shape.shortest) + random.below(spread));
    for (int& token : tokens)
      token = static_cast<int>(random.below(static_cast<std::uint32_t>(shape.vocabulary)));
    task->tokens.push_back(std::move(tokens));
    task->weight(j) = 0.5 + random.uniform();

    const Index support =
        1 + static_cast<Index>(random.below(static_cast<std::uint32_t>(shape.most_support)));
    const auto first =
        static_cast<Index>(random.below(static_cast<std::uint32_t>(shape.words - support + 1)));
    VectorD p(support);
    for (Index e = 0; e < support; ++e) p(e) = 0.1 + random.uniform();
    p /= p.sum();
    for (Index e = 0; e < support; ++e) {
      task->targets.word.push_back(first + e);
      task->targets.probability.push_back(p(e));
    }
    task->targets.begin.push_back(static_cast<Index>(task->targets.word.size()));
  }
  task->weight /= task->weight.sum();
  task->token_names.resize(static_cast<std::size_t>(shape.vocabulary));
  return task;
}

}  // namespace gramscope
