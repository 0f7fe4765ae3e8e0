#include "app/context_groups.h"

#include <doctest/doctest.h>

#include <Eigen/SVD>

#include <numeric>

#include "app/views/point_classes.h"
#include "core/tasks/attributes.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

/// Five contexts over the words a, b, c: {a, b}, {c}, {a, b} with other odds, {b}, {c}.
Task soft_task() {
  Task task;
  task.contexts = 5;
  task.words = 3;
  task.word_names = {"a", "b", "c"};
  task.targets.begin = {0, 2, 3, 5, 6, 7};
  task.targets.word = {0, 1, 2, 0, 1, 1, 2};
  task.targets.probability = {0.5, 0.5, 1.0, 0.2, 0.8, 1.0, 1.0};
  task.weight = VectorD::Constant(5, 0.2);
  complete(task);
  return task;
}

}  // namespace

TEST_CASE("groupings: a task offers what it has, and its own order last") {
  const auto crossed = groupings(*make_attributes(3, 3));
  REQUIRE(crossed.size() == 5);
  CHECK(crossed.front() == Grouping{Grouping::By::factor, 0});
  CHECK(crossed.back().by == Grouping::By::nothing);
  const auto soft = groupings(soft_task());
  REQUIRE(soft.size() == 3);
  CHECK(soft[0].by == Grouping::By::support);
  CHECK(soft[1].by == Grouping::By::next_word);
  CHECK(fitting(soft_task(), {Grouping::By::factor, 1}) == soft[0]);
}

TEST_CASE("group_contexts: equal supports are one group, whatever the odds") {
  const auto groups = group_contexts(soft_task(), {Grouping::By::support, 0});
  CHECK(groups.of_context == std::vector<int>{0, 2, 0, 1, 2});
  CHECK(groups.names == std::vector<std::string>{"a, b", "b", "c"});
  CHECK(groups.sizes == std::vector<Index>{2, 1, 2});
}

TEST_CASE("group_contexts: the likeliest next word decides, the first of equals") {
  const auto groups = group_contexts(soft_task(), {Grouping::By::next_word, 0});
  CHECK(groups.of_context == std::vector<int>{0, 2, 1, 1, 2});
  CHECK(groups.names == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("next_words: the likeliest first, as many as asked for") {
  const Task task = soft_task();
  const auto words = next_words(task, 2, 5);
  REQUIRE(words.size() == 2);
  CHECK(words[0].word == 1);
  CHECK(words[0].probability == 0.8);
  CHECK(next_words(task, 2, 1).size() == 1);
  CHECK(next_words(task, 7, 1).empty());
}

TEST_CASE("classify: of hundreds of groups the largest seven look different, the rest is one class") {
  Task task;
  task.contexts = 300;
  task.words = 100;
  task.labels.resize(300);
  for (int j = 0; j < 300; ++j) task.labels[static_cast<std::size_t>(j)] = j < 60 ? j % 6 : j % 100;
  const PointClasses classes = classify(task, {Grouping::By::label, 0});
  REQUIRE(classes.names.size() == 8);
  CHECK(classes.names.back() == "93 others");
  CHECK(classes.styles.size() == 8);
  Index others = 0;
  for (const int c : classes.of_context) others += c == 7 ? 1 : 0;
  CHECK(others > 200);
  CHECK(others < 300);
}

