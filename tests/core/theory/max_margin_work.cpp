#include "core/theory/max_margin_work.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "core/tasks/attributes.h"

using namespace gramscope;
using namespace std::chrono_literals;

namespace {

/// Supports without any symmetry: an L_mm that takes many iterations.
std::shared_ptr<const TaskTheory> slow_theory(Index words, Index contexts) {
  auto task = std::make_shared<Task>();
  task->contexts = contexts;
  task->words = words;
  task->weight = VectorD::Constant(contexts, 1.0 / static_cast<double>(contexts));
  task->targets.begin.push_back(0);
  for (Index j = 0; j < contexts; ++j) {
    for (Index z = 0; z < words; ++z)
      if ((z * z * 7 + j * j * 3 + z * j) % 11 < 3 || z == j % words) task->targets.word.push_back(z);
    const auto begin = task->targets.begin.back();
    const auto end = static_cast<Index>(task->targets.word.size());
    for (auto i = begin; i < end; ++i) task->targets.probability.push_back(1.0 / static_cast<double>(end - begin));
    task->targets.begin.push_back(end);
  }
  return make_task_theory(task);
}

}  // namespace

TEST_CASE("max-margin work: beside gives the bits of now, and says once that it has ended") {
  const auto theory = make_task_theory(make_attributes(2, 3));
  const auto now = solve_max_margin_now(theory);
  REQUIRE(now->result() != nullptr);
  CHECK(now->failure().empty());
  CHECK(now->result()->task == theory->task);
  CHECK(now->result()->solution.relative_gap() <= 1e-6);

  std::atomic<int> ends{0};
  std::atomic<int> reports{0};
  std::promise<void> ended;
  const auto beside = solve_max_margin_beside(
      theory,
      [&](double share) {
        CHECK((share >= 0.0 && share <= 1.0));
        ++reports;
      },
      [&] {
        ++ends;
        ended.set_value();
      });
  beside->wait();
  REQUIRE(beside->result() != nullptr);
  CHECK(beside->result()->solution.logits == now->result()->solution.logits);
  CHECK(beside->result()->factors.h == now->result()->factors.h);
  ended.get_future().wait();
  CHECK(ends == 1);
  CHECK(reports > 0);
}

TEST_CASE("max-margin work: what goes wrong is told, not thrown") {
  const auto theory = make_task_theory(make_attributes(2, 3));
  const auto failing = solve_max_margin_beside(theory, [](double) { throw std::bad_alloc(); });
  failing->wait();
  CHECK(failing->result() == nullptr);
  CHECK(failing->failure().find("memory") != std::string::npos);

  std::stop_source stop;
  stop.request_stop();
  const auto stopped = solve_max_margin_now(theory, {{}, stop.get_token()});
  CHECK(stopped->result() == nullptr);
  CHECK(stopped->failure() == "solving for L_mm was stopped");
}

TEST_CASE("max-margin work: its destruction stops it, at work and waiting for its turn, and then nothing is called") {
  const auto slow = slow_theory(60, 150);
  std::atomic<int> ends{0};
  std::atomic<bool> has_begun{false};
  auto first = solve_max_margin_beside(slow, [&](double) { has_begun = true; }, [&] { ++ends; });
  std::atomic<bool> has_second_begun{false};
  auto second = solve_max_margin_beside(slow, [&](double) { has_second_begun = true; }, [&] { ++ends; });
  while (!has_begun && !has_second_begun) std::this_thread::sleep_for(1ms);
  const auto begin = std::chrono::steady_clock::now();
  // Whichever came first: one is at work and the other waits.
  CHECK_FALSE((has_begun && has_second_begun));
  second.reset();
  first.reset();
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  CHECK(ends == 0);
}
