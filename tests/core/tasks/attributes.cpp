#include "core/tasks/attributes.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace gramscope;

TEST_CASE("attributes: every combination once, with a label of its own and a readable name") {
  for (int k = 1; k <= 5; ++k) {
    for (int v = 2; v <= 8; ++v) {
      if (std::pow(v, k) > 1024) continue;
      const auto task = make_attributes(k, v);
      const auto m = static_cast<Index>(std::lround(std::pow(v, k)));
      REQUIRE(task->contexts == m);
      CHECK(task->words == m);
      CHECK(task->has_one_context_per_label());
      CHECK(std::set<std::string>(task->context_names.begin(), task->context_names.end()).size() ==
            static_cast<std::size_t>(m));
      CHECK(std::set<int>(task->labels.begin(), task->labels.end()).size() == static_cast<std::size_t>(m));
      CHECK(task->entropy_floor == 0.0);
      CHECK(std::abs(task->weight.sum() - 1.0) < 1e-12);
      CHECK(task->token_names.size() == static_cast<std::size_t>(k * v));
      std::set<std::vector<int>> seen(task->tokens.begin(), task->tokens.end());
      CHECK(seen.size() == static_cast<std::size_t>(m));
      for (const auto& tokens : task->tokens) CHECK(tokens.size() == static_cast<std::size_t>(k));
    }
  }
}

TEST_CASE("attributes: contexts are said as one says them, and tokens spell the name") {
  const auto task = make_attributes(3, 3);
  CHECK(task->context_names.front() == "small red circle");
  for (std::size_t j = 0; j < task->tokens.size(); ++j) {
    std::string spelled;
    for (const int token : task->tokens[j])
      spelled += (spelled.empty() ? "" : " ") + task->token_names[static_cast<std::size_t>(token)];
    CHECK(spelled == task->context_names[j]);
  }
}

TEST_CASE("attributes: the semantic kernel counts shared values") {
  const auto task = make_attributes(3, 3);
  const auto& kernel = task->semantic_kernel;
  CHECK((kernel - kernel.transpose()).norm() == 0.0);
  for (Index j = 0; j < 27; ++j) {
    CHECK(kernel(j, j) == 3.0);
    CHECK(kernel.row(j).sum() == doctest::Approx(27.0));  // each factor is shared by 9 contexts
  }
}

TEST_CASE("attributes: each factor has each value equally often") {
  const auto task = make_attributes(4, 3);
  for (const auto& factor : task->factors) {
    std::vector<int> count(3, 0);
    for (const int value : factor.value) ++count[static_cast<std::size_t>(value)];
    CHECK(count == std::vector<int>{27, 27, 27});
  }
}
