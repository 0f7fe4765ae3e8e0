#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

#include "core/tasks/task.h"

namespace gramscope {

/// What is true of every task.
inline void check_is_sound(const Task& task) {
  const auto m = static_cast<std::size_t>(task.contexts);
  REQUIRE(task.targets.begin.size() == m + 1);
  CHECK(task.context_names.size() == m);
  CHECK(std::set<std::string>(task.context_names.begin(), task.context_names.end()).size() == m);
  CHECK(static_cast<Index>(task.word_names.size()) == task.words);
  CHECK(std::set<std::string>(task.word_names.begin(), task.word_names.end()).size() == task.word_names.size());
  CHECK(std::set<std::string>(task.token_names.begin(), task.token_names.end()).size() == task.token_names.size());
  CHECK(task.weight.size() == task.contexts);
  CHECK(task.weight.minCoeff() > 0.0);
  CHECK(std::abs(task.weight.sum() - 1.0) < 1e-12);
  CHECK(task.ridge_limit > 0.0);
  for (std::size_t j = 0; j < m; ++j) {
    double sum = 0.0;
    for (Index e = task.targets.begin[j]; e < task.targets.begin[j + 1]; ++e) {
      const auto i = static_cast<std::size_t>(e);
      CHECK(task.targets.probability[i] > 0.0);
      sum += task.targets.probability[i];
      CHECK(task.targets.word[i] < task.words);
      if (e > task.targets.begin[j]) CHECK(task.targets.word[i] > task.targets.word[i - 1]);
    }
    CHECK(std::abs(sum - 1.0) < 1e-12);
  }
  for (const auto& factor : task.factors) {
    REQUIRE(factor.value.size() == m);
    for (const int value : factor.value) CHECK(value < static_cast<int>(factor.value_names.size()));
  }
}

/// Tokens spell the names of their contexts, every token is used, and no two contexts are the same.
inline void check_is_spelled(const Task& task) {
  REQUIRE(task.tokens.size() == static_cast<std::size_t>(task.contexts));
  std::set<int> used;
  for (std::size_t j = 0; j < task.tokens.size(); ++j) {
    std::string spelled;
    for (const int token : task.tokens[j]) {
      spelled += (spelled.empty() ? "" : " ") + task.token_names[static_cast<std::size_t>(token)];
      used.insert(token);
    }
    CHECK(spelled == task.context_names[j]);
  }
  CHECK(used.size() == task.token_names.size());
  CHECK(std::set<std::vector<int>>(task.tokens.begin(), task.tokens.end()).size() == task.tokens.size());
}

/// The value of a task's own fact.
inline double fact(const Task& task, const std::string& key) {
  for (const auto& known : task.facts)
    if (known.key == key) return known.value;
  FAIL("no fact " << key);
  return 0.0;
}

}  // namespace gramscope
