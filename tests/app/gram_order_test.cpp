#include "app/gram_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "core/tasks/attributes.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

int value(const Task& task, int factor, Index context) {
  return task.factors[static_cast<std::size_t>(factor)].value[static_cast<std::size_t>(context)];
}

Grouping by(int factor) { return {Grouping::By::factor, factor}; }

}  // namespace

TEST_CASE("order_contexts: the chosen factor is outermost, the others follow in their own order") {
  const auto task = make_attributes(3, 4);
  for (int factor = 0; factor < 3; ++factor) {
    std::vector<int> nesting{factor};
    for (int f = 0; f < 3; ++f)
      if (f != factor) nesting.push_back(f);
    const GramOrder order = order_contexts(*task, by(factor));
    for (std::size_t i = 1; i < order.order.size(); ++i) {
      std::vector<int> before;
      std::vector<int> after;
      for (const int f : nesting) {
        before.push_back(value(*task, f, order.order[i - 1]));
        after.push_back(value(*task, f, order.order[i]));
      }
      CHECK(before < after);
    }
  }
}

TEST_CASE("order_contexts: position is the inverse of order, and blocks cover all rows in turn") {
  const auto task = make_attributes(3, 3);
  for (int factor = -1; factor < 4; ++factor) {
    const GramOrder order = order_contexts(*task, by(factor));
    REQUIRE(order.order.size() == 27);
    for (std::size_t i = 0; i < 27; ++i)
      CHECK(order.position[static_cast<std::size_t>(order.order[i])] == static_cast<Index>(i));
    for (const auto& level : order.levels) {
      Index next = 0;
      for (const auto& block : level) {
        CHECK(block.begin == next);
        CHECK(block.end > block.begin);
        next = block.end;
      }
      CHECK(next == 27);
    }
  }
}

TEST_CASE("order_contexts: blocks carry the value their rows share") {
  const auto task = make_attributes(3, 3);
  const GramOrder order = order_contexts(*task, by(1));
  REQUIRE(order.levels.size() == 3);
  CHECK(order.levels[0].size() == 3);
  CHECK(order.levels[1].size() == 9);
  CHECK(order.levels[2].size() == 27);
  for (const auto& block : order.levels[0])
    for (Index i = block.begin; i < block.end; ++i)
      CHECK(task->factors[1].value_names[static_cast<std::size_t>(
                value(*task, 1, order.order[static_cast<std::size_t>(i)]))] == block.label);
}

TEST_CASE(
    "order_contexts: inner blocks never run across an outer border, even with one value on both sides") {
  Task task;
  task.contexts = 4;
  // A nested factor: the second value of the outer one has only the first value of the inner one.
  task.factors = {{"outer", {"a", "b"}, {0, 0, 1, 1}}, {"inner", {"x"}, {0, 0, 0, 0}}};
  const GramOrder order = order_contexts(task, by(0));
  REQUIRE(order.levels[1].size() == 2);
  CHECK(order.levels[1][0].end == 2);
}

TEST_CASE("order_words: a word stands where its context stands") {
  Task task = *make_attributes(2, 3);
  std::reverse(task.labels.begin(), task.labels.end());
  const GramOrder contexts = order_contexts(task, by(1));
  const GramOrder words = order_words(task, by(1));
  for (std::size_t i = 0; i < contexts.order.size(); ++i)
    CHECK(words.order[i] == task.labels[static_cast<std::size_t>(contexts.order[i])]);
  const auto context = context_of_word(task);
  for (std::size_t j = 0; j < task.labels.size(); ++j)
    CHECK(context[static_cast<std::size_t>(task.labels[j])] == static_cast<Index>(j));
}

TEST_CASE("order_words: without a word for every context, the task's own order") {
  Task task = *make_attributes(2, 3);
  task.labels.assign(9, 0);
  task.words = 4;
  task.word_names = {"a", "b", "c", "d"};
  const GramOrder words = order_words(task, by(0));
  CHECK(words.order == std::vector<Index>{0, 1, 2, 3});
  CHECK(context_of_word(task).empty());
}
