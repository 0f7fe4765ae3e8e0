#include "core/theory/max_margin_work.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "core/registry/registry.h"

using namespace gramscope;
using namespace std::chrono_literals;

namespace {

/// Three of eight words can follow each context: no closed form.
std::shared_ptr<const TaskTheory> soft_theory() {
  Config config;
  config.set("task.kind", std::string("support"));
  config.set("task.vocabulary", std::int64_t{8});
  config.set("task.contexts", std::int64_t{12});
  config.set("task.support_size", std::int64_t{3});
  config.set("task.contexts_per_support", std::int64_t{2});
  return make_task_theory(task_entry("support").make(resolve(config), {}));
}

}  // namespace

TEST_CASE("max-margin work: beside gives the bits of now, and says once that it has ended") {
  const auto theory = soft_theory();
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
  const auto theory = soft_theory();
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
  const auto theory = soft_theory();
  std::atomic<int> ends{0};
  std::atomic<bool> has_begun{false};
  std::atomic<bool> may_go_on{false};
  auto first = solve_max_margin_beside(
      theory,
      [&](double) {
        has_begun = true;
        while (!may_go_on) std::this_thread::sleep_for(1ms);
      },
      [&] { ++ends; });
  while (!has_begun) std::this_thread::sleep_for(1ms);
  std::atomic<bool> has_second_begun{false};
  auto second = solve_max_margin_beside(theory, [&](double) { has_second_begun = true; }, [&] { ++ends; });
  std::this_thread::sleep_for(20ms);
  second.reset();  // its turn would not have come
  CHECK_FALSE(has_second_begun);
  {
    const std::jthread later([&] {
      std::this_thread::sleep_for(50ms);
      may_go_on = true;
    });
    first.reset();
  }
  CHECK(ends == 0);
  // The turn has been given back.
  const auto third = solve_max_margin_beside(theory);
  third->wait();
  CHECK(third->result() != nullptr);
}
