#include "core/tasks/support.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/registry/error.h"
#include "tests/core/tasks/task_properties.h"

using namespace gramscope;

namespace {

std::vector<Index> support_of(const Task& task, Index j) {
  const auto first = task.targets.word.begin();
  return {first + task.targets.begin[static_cast<std::size_t>(j)],
          first + task.targets.begin[static_cast<std::size_t>(j) + 1]};
}

std::vector<int> uses(const Task& task) {
  std::vector<int> count(static_cast<std::size_t>(task.words), 0);
  for (const Index word : task.targets.word) ++count[static_cast<std::size_t>(word)];
  return count;
}

}  // namespace

TEST_CASE("support: supports of the size asked for, distinct, shared by neighbouring contexts") {
  for (const double overlap : {0.0, 0.3, 0.5, 1.0}) {
    for (const int size : {2, 3, 8}) {
      for (const int shared : {1, 3}) {
        CAPTURE(overlap);
        CAPTURE(size);
        const auto task = make_support({.vocabulary = 20,
                                        .contexts = shared == 1 ? 6 : 17,
                                        .support_size = size,
                                        .contexts_per_support = shared,
                                        .overlap = overlap,
                                        .seed = 5});
        check_is_sound(*task);
        CHECK(task->tokens.empty());
        CHECK(task->factors.size() == (shared > 1 ? 1u : 0u));
        std::set<std::vector<Index>> distinct;
        for (Index j = 0; j < task->contexts; ++j) {
          const auto support = support_of(*task, j);
          CHECK(support.size() == static_cast<std::size_t>(size));
          CHECK(support == support_of(*task, j / shared * shared));
          distinct.insert(support);
        }
        CHECK(distinct.size() == 6);
        CHECK(fact(*task, "supports") == 6.0);
      }
    }
  }
}

TEST_CASE("support: at overlap 0 words are dealt evenly, and all occur where the supports reach so far") {
  const auto even = uses(*make_support({.vocabulary = 20, .contexts = 15, .support_size = 4, .contexts_per_support = 1}));
  CHECK(std::all_of(even.begin(), even.end(), [](int count) { return count == 3; }));
  const auto disjoint = make_support({.vocabulary = 20, .contexts = 5, .support_size = 4, .contexts_per_support = 1});
  CHECK(fact(*disjoint, "shared_share") == 0.0);
  CHECK(fact(*disjoint, "words_in_use") == 20.0);
}

TEST_CASE("support: overlap is the share of a support that comes from the common pool") {
  double before = -1.0;
  for (const double overlap : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const auto task = make_support(
        {.vocabulary = 200, .contexts = 24, .support_size = 8, .contexts_per_support = 1, .overlap = overlap});
    // Words outside the pool are dealt once each: 24 x 8 are fewer than the words. In the pool of 16, two supports meet
    // in c/16 of their c words each.
    const double c = 8.0 * overlap;
    CHECK(fact(*task, "shared_share") == doctest::Approx(c * c / 16.0 / 8.0).epsilon(0.15).scale(0.1));
    CHECK(fact(*task, "shared_share") > before);
    before = fact(*task, "shared_share");
  }
}

TEST_CASE("support: probabilities as asked for") {
  SupportShape shape{.support_size = 5, .contexts_per_support = 3, .probabilities = SupportShape::Probabilities::uniform};
  const auto uniform = make_support(shape);
  for (const double p : uniform->targets.probability) CHECK(p == doctest::Approx(0.2).epsilon(1e-14));
  CHECK(uniform->entropy_floor == doctest::Approx(std::log(5.0)).epsilon(1e-13));

  shape.probabilities = SupportShape::Probabilities::random;
  const auto random = make_support(shape);
  const auto column = [](const Task& task, std::ptrdiff_t j) {
    return std::vector<double>(task.targets.probability.begin() + 5 * j, task.targets.probability.begin() + 5 * j + 5);
  };
  for (std::ptrdiff_t j = 0; j < random->contexts; ++j) {
    const auto p = column(*random, j);
    CHECK(*std::max_element(p.begin(), p.end()) <= 10.0 * *std::min_element(p.begin(), p.end()));
  }
  CHECK(column(*random, 0) != column(*random, 1));  // one support, different probabilities
  CHECK(random->entropy_floor < std::log(5.0));

  shape.probabilities = SupportShape::Probabilities::zipf;
  shape.zipf = 2.0;
  const auto zipf = make_support(shape);
  auto p = column(*zipf, 4);
  std::sort(p.begin(), p.end(), std::greater<>());
  for (std::size_t r = 1; r < p.size(); ++r)
    CHECK(p[0] / p[r] == doctest::Approx(std::pow(static_cast<double>(r + 1), 2.0)).epsilon(1e-12));
}

TEST_CASE("support: the draw follows the task's seed") {
  CHECK(make_support({.seed = 1})->targets.word == make_support({.seed = 1})->targets.word);
  CHECK(make_support({.seed = 1})->targets.word != make_support({.seed = 2})->targets.word);
}

TEST_CASE("support: one word per context gives one-hot labels, of which contexts may share some") {
  const auto task =
      make_support({.vocabulary = 6, .contexts = 12, .support_size = 1, .contexts_per_support = 2});
  CHECK(task->is_one_hot());
  CHECK_FALSE(task->has_one_context_per_label());
  CHECK(task->entropy_floor == 0.0);
}

TEST_CASE("support: every number of distinct supports that there is can be had, and one more is refused") {
  CHECK_NOTHROW(make_support({.vocabulary = 6, .contexts = 15, .support_size = 4, .contexts_per_support = 1}));
  CHECK_THROWS_AS(make_support({.vocabulary = 6, .contexts = 16, .support_size = 4, .contexts_per_support = 1}),
                  UsageError);
  CHECK_NOTHROW(make_support({.vocabulary = 5, .contexts = 7, .support_size = 5, .contexts_per_support = 7}));
  CHECK_THROWS_AS(make_support({.vocabulary = 4, .support_size = 5}), UsageError);
}

TEST_CASE("support: a hand at a slider is followed by what it makes impossible") {
  Config config;
  config.set("task.kind", std::string("support"));
  config = with_change(resolve(config), "task.support_size", Value{std::int64_t{40}}, nullptr);
  CHECK(config.integer("task.vocabulary") == 40);
  CHECK(config.integer("task.contexts_per_support") == 48);
  config = with_change(config, "task.vocabulary", Value{std::int64_t{10}}, nullptr);
  CHECK(config.integer("task.support_size") == 10);
  CHECK_NOTHROW(resolve(config));
}
