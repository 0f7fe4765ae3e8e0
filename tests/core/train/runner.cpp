#include "core/train/runner.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <set>
#include <thread>

#include "core/random/philox.h"
#include "core/tasks/attributes.h"
#include "core/theory/max_margin_work.h"
#include "core/train/pacer.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;
using namespace std::chrono_literals;

namespace {

constexpr SetSpeed kMaximum{Pace::maximum, 1.4, 60.0};

void wait_until_ended(Runner& runner) {
  for (int i = 0; i < 60'000 && runner.status().state == Engine::State::ready; ++i) std::this_thread::sleep_for(1ms);
}

/// Keeps the solver for L_mm from everyone else: one is solved for at a time in a process, and this one's does not end.
class BusySolver {
 public:
  BusySolver() { has_begun_.wait(false); }
  ~BusySolver() { release(); }
  void release() {
    is_released_ = true;
    is_released_.notify_all();
  }

 private:
  void block() {
    has_begun_ = true;
    has_begun_.notify_all();
    is_released_.wait(false);
  }

  std::atomic<bool> has_begun_{false};
  std::atomic<bool> is_released_{false};
  std::shared_ptr<MaxMarginWork> work_ =
      solve_max_margin_beside(make_task_theory(make_attributes(2, 2)), [this](double) { block(); });
};

}  // namespace

TEST_CASE("runner: gives the same records and bits as the engine alone, whatever is watched and paused") {
  Engine alone(small_run(3000));
  while (alone.advance(1000) == Engine::State::ready) {
  }
  for (int trial = 0; trial < 3; ++trial) {
    Runner runner(small_run(3000), {}, true, kMaximum);
    Random random(static_cast<std::uint64_t>(trial));
    while (runner.status().state == Engine::State::ready && runner.status().step < 2500) {
      runner.send(RequestFrame{});
      if (random.below(4) == 0) runner.send(SetSpeed{random.below(2) == 0 ? Pace::maximum : Pace::log_time, 0.01, 60});
      if (random.below(2) == 0) runner.send(Pause{});
      if (random.below(3) == 0) runner.send(StepOnce{random.below(3)});
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(2000)));
      runner.send(Run{});
    }
    runner.send(Run{});
    runner.send(SetSpeed{kMaximum});
    wait_until_ended(runner);
    Engine engine = runner.stop();
    engine.complete_theory();
    REQUIRE(engine.step() == 3000);
    CHECK(engine.parameter_bytes() == alone.parameter_bytes());
    CHECK(csv(engine) == csv(alone));
  }
}

TEST_CASE("runner: every recorded step arrives once, in order, and snapshots follow") {
  Runner runner(small_run(500), {}, true, kMaximum);
  std::vector<std::int64_t> steps;
  bool is_finished = false;
  for (int i = 0; i < 20'000 && !is_finished; ++i) {
    runner.send(RequestFrame{});
    for (const auto& event : runner.take_events()) {
      if (const auto* recorded = std::get_if<Recorded>(&event)) {
        CHECK(recorded->record.embeddings != nullptr);
        steps.push_back(recorded->record.step());
      }
      is_finished = is_finished || std::holds_alternative<Finished>(event);
    }
    std::this_thread::sleep_for(1ms);
  }
  REQUIRE(is_finished);
  std::vector<std::int64_t> expected;
  for (std::int64_t step = 0; step < 500; step = next_scheduled_step(step)) expected.push_back(step);
  expected.push_back(500);
  CHECK(steps == expected);

  std::shared_ptr<const Snapshot> snapshot;
  for (int i = 0; i < 5000 && (snapshot == nullptr || snapshot->step() != 500); ++i) {
    runner.send(RequestFrame{});
    snapshot = runner.snapshot();
    std::this_thread::sleep_for(1ms);
  }
  REQUIRE(snapshot != nullptr);
  CHECK(snapshot->step() == 500);
  CHECK(snapshot->gram_h.rows() == 8);
  CHECK(snapshot->projection.cols() == 8);
}

TEST_CASE("runner: paused, a frame asked for while another is being analysed comes without asking again") {
  for (int trial = 0; trial < 20; ++trial) {
    Runner runner(small_run(500));
    runner.send(StepOnce{3});
    runner.send(RequestFrame{});
    std::this_thread::sleep_for(std::chrono::microseconds(100 * trial));
    runner.send(RequestFrame{{.logits = true}});
    std::shared_ptr<const Snapshot> snapshot;
    for (int i = 0; i < 5000 && (snapshot == nullptr || snapshot->logits.size() == 0); ++i) {
      snapshot = runner.snapshot();
      std::this_thread::sleep_for(1ms);
    }
    REQUIRE(snapshot != nullptr);
    CHECK(snapshot->logits.rows() == 8);
    CHECK(snapshot->step() == 3);
  }
}

TEST_CASE("runner: the last of many values is the one in force") {
  Runner runner(small_run(1'000'000), {}, true, kMaximum);
  for (int i = 1; i <= 500; ++i) runner.send(SetParameter{"optimizer.lr", 0.001 * i});
  runner.send(SetParameter{"optimizer.lr", 0.125});
  for (int i = 0; i < 5000; ++i) {
    bool is_there = false;
    for (const auto& event : runner.take_events())
      if (const auto* changed = std::get_if<ConfigChanged>(&event))
        is_there = changed->config.real("optimizer.lr") == 0.125;
    if (is_there) break;
    std::this_thread::sleep_for(1ms);
  }
  const Engine engine = runner.stop();
  CHECK(engine.config().real("optimizer.lr") == 0.125);
}

TEST_CASE("runner: starts and stops at any moment, many times") {
  Random random(1);
  for (int i = 0; i < 60; ++i) {
    Runner runner(small_run(1'000'000), {}, random.below(2) == 0, kMaximum);
    for (std::uint32_t k = random.below(4); k > 0; --k) {
      switch (random.below(6)) {
        case 0: runner.send(Run{}); break;
        case 1: runner.send(Pause{}); break;
        case 2: runner.send(Restart{}); break;
        case 3: runner.send(SetParameter{"model.d", static_cast<std::int64_t>(1 + random.below(20))}); break;
        case 4: runner.send(SetParameter{"task.values", static_cast<std::int64_t>(2 + random.below(3))}); break;
        default: runner.send(RequestFrame{}); break;
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(3000)));
  }
}

TEST_CASE("runner: after a divergence it is paused, says so, and restart revives it") {
  Config config = small_run(100'000);
  config.set("optimizer.lr", 1e6);
  Runner runner(config, {}, true, kMaximum);
  wait_until_ended(runner);
  CHECK(runner.status().state == Engine::State::diverged);
  CHECK_FALSE(runner.status().is_running);
  runner.send(SetParameter{"optimizer.lr", 0.1});
  runner.send(Restart{});
  runner.send(Run{});
  for (int i = 0; i < 5000 && runner.status().step < 100; ++i) std::this_thread::sleep_for(1ms);
  CHECK(runner.status().state == Engine::State::ready);
  CHECK(runner.status().step >= 100);
}

TEST_CASE("runner: a run that has ended goes on, to twice as many steps, only if asked to") {
  Runner runner(small_run(20), {}, true, kMaximum);
  wait_until_ended(runner);
  runner.send(Run{});
  std::this_thread::sleep_for(20ms);
  CHECK(runner.status().step == 20);
  runner.send(Run{.goes_beyond_end = true});
  for (int i = 0; i < 5000 && runner.status().step < 40; ++i) std::this_thread::sleep_for(1ms);
  const Engine engine = runner.stop();
  CHECK(engine.step() == 40);
  CHECK(engine.config().integer("run.steps") == 40);
}

TEST_CASE("runner: stops at the peak with the bits of the engine alone, stays there, and goes on when asked to") {
  Config config = small_run(3000);
  config.set("run.stop", std::string("peak"));
  Engine alone(config);
  while (alone.advance(1000) == Engine::State::ready) {
  }
  REQUIRE(alone.state() == Engine::State::stopped);
  const auto peak = alone.step();
  const auto stopped_csv = csv(alone);
  alone.apply(Continue{});
  while (alone.advance(1000) == Engine::State::ready) {
  }

  Runner runner(config, {}, true, kMaximum);
  wait_until_ended(runner);
  CHECK(runner.status().state == Engine::State::stopped);
  CHECK(runner.status().step == peak);
  CHECK_FALSE(runner.status().is_running);
  runner.send(Run{});
  runner.send(StepOnce{5});
  std::this_thread::sleep_for(20ms);
  CHECK(runner.status().step == peak);
  runner.send(Run{.goes_beyond_end = true});
  for (int i = 0; i < 20'000 && runner.status().state != Engine::State::finished; ++i) std::this_thread::sleep_for(1ms);
  Engine engine = runner.stop();
  engine.complete_theory();
  CHECK(engine.state() == Engine::State::finished);
  CHECK(engine.parameter_bytes() == alone.parameter_bytes());
  CHECK(csv(engine) == csv(alone));
  CHECK(csv(engine).starts_with(stopped_csv));
  REQUIRE(engine.commands().size() == 1);
  CHECK(std::holds_alternative<Continue>(engine.commands()[0].command));
}

TEST_CASE("pacer: each doubling of 1 + step takes the same time") {
  Pacer pacer;
  const auto begun = Pacer::Clock::now();
  const auto at = [&](double seconds) {
    return begun + std::chrono::duration_cast<Pacer::Clock::duration>(std::chrono::duration<double>(seconds));
  };
  pacer.start({Pace::log_time, 2.0, 60.0}, 0, begun);
  std::int64_t step = 0;
  for (int tenth = 1; tenth <= 100; ++tenth) step += pacer.due(step, at(0.1 * tenth));
  CHECK(step == 31);  // 10 s are 5 doublings of 1
  CHECK(std::chrono::duration<double>(pacer.next(1) - at(2.0 * std::log2(3.0))).count() == doctest::Approx(0.0));

  pacer.start({Pace::steps_per_second, 2.0, 50.0}, 10, begun);
  CHECK(pacer.due(10, at(0.2)) == 10);
  // Ten seconds lost are not made up for.
  CHECK(pacer.due(20, at(10.4)) < 20);
}

TEST_CASE("runner: a paused one takes in L_mm when it is there, and its next frame carries it") {
  Config config = small_run(1000);
  config.set("task.values", std::int64_t{3});
  Runner runner(config, {}, false, kMaximum);
  bool is_solved = false;
  std::int64_t remeasured = 0;
  bool is_compared = false;
  for (int i = 0; i < 20'000 && !is_compared; ++i) {
    for (const auto& event : runner.take_events()) {
      is_solved = is_solved || std::holds_alternative<MaxMarginSolved>(event);
      if (const auto* again = std::get_if<Remeasured>(&event)) {
        ++remeasured;
        CHECK(again->step == 0);
        CHECK(again->metrics.find("sim_h_mm")->is_defined());
      }
    }
    runner.send(RequestFrame{});
    const auto snapshot = runner.snapshot();
    is_compared = snapshot != nullptr && snapshot->embeddings->max_margin != nullptr;
    std::this_thread::sleep_for(1ms);
  }
  CHECK(is_compared);
  CHECK(is_solved);
  CHECK(remeasured <= 1);  // none where it was there before step 0 was recorded
  CHECK_FALSE(runner.status().max_margin_share);
  const Engine engine = runner.stop();
  CHECK(engine.records().back().metrics.find("sim_h_mm")->is_defined());
}

TEST_CASE("runner: ends while L_mm is not there yet, and hands back an engine that can wait for it") {
  Config config = small_run(100);
  config.set("task.values", std::int64_t{3});
  Engine alone(config);
  while (alone.advance(1000) == Engine::State::ready) {
  }
  BusySolver solver;
  { const Runner runner(config, {}, true, kMaximum); }
  auto runner = std::make_unique<Runner>(config, std::string{}, true, kMaximum);
  wait_until_ended(*runner);
  CHECK(runner->status().max_margin_share.value_or(-1.0) == 0.0);
  Engine engine = runner->stop();
  for (const auto& event : runner->take_events()) CHECK_FALSE(std::holds_alternative<MaxMarginSolved>(event));
  runner.reset();
  CHECK(engine.awaits_max_margin());
  solver.release();
  engine.complete_theory();
  CHECK_FALSE(engine.awaits_max_margin());
  CHECK(csv(engine) == csv(alone));
}
