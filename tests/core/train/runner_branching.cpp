#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "core/random/philox.h"
#include "core/train/history.h"
#include "core/train/runner.h"
#include "core/train/stored_run.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;
using namespace std::chrono_literals;

namespace {

constexpr SetSpeed kAtOnce{Pace::maximum, 1.4, 60.0};

/// A runner with what the window would have heard of it.
class Heard {
 public:
  explicit Heard(std::unique_ptr<Runner> runner) : runner_(std::move(runner)) {}

  Runner& runner() { return *runner_; }
  const History& history() const { return history_; }
  const std::vector<Recorded>& records() const { return records_; }
  const std::vector<ConfigChanged>& changes() const { return changes_; }

  void listen() {
    for (const auto& event : runner_->take_events()) {
      if (const auto* recorded = std::get_if<Recorded>(&event)) {
        records_.push_back(*recorded);
        history_.add(moment_of(*recorded));
      }
      if (const auto* changed = std::get_if<ConfigChanged>(&event)) changes_.push_back(*changed);
      if (const auto* told = std::get_if<RunTold>(&event)) told_ = *told;
      if (const auto* ready = std::get_if<BranchReady>(&event)) ready_ = *ready;
    }
  }

  template <class Condition>
  bool wait_for(const Condition& condition) {
    for (int i = 0; i < 60'000; ++i) {
      listen();
      if (condition()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }

  bool wait_for_end() {
    return wait_for([&] { return runner_->status().state != Engine::State::ready; });
  }
  bool wait_for_arrival() {
    return wait_for([&] { return !runner_->status().preparation; });
  }

  RunTold told(bool is_stored = false) {
    told_.reset();
    runner_->send(RequestRun{7, is_stored});
    REQUIRE(wait_for([&] { return told_.has_value(); }));
    return *told_;
  }

  BranchReady branch_at(const PastMoment& moment) {
    const PastMoment* from = history_.branch_point_at_or_before(moment.key());
    REQUIRE(from != nullptr);
    ready_.reset();
    runner_->send(RequestBranch{3, from->branch_point, moment.tick, moment.commands});
    REQUIRE(wait_for([&] { return ready_.has_value(); }));
    return *ready_;
  }

  Engine stop() { return runner_->stop(); }

 private:
  std::unique_ptr<Runner> runner_;
  History history_;
  std::vector<Recorded> records_;
  std::vector<ConfigChanged> changes_;
  std::optional<RunTold> told_;
  std::optional<BranchReady> ready_;
};

Heard started(std::int64_t steps) { return Heard(std::make_unique<Runner>(small_run(steps), "", true, kAtOnce)); }

Heard branch(const BranchReady& ready, bool is_running = true) {
  RunnerHooks hooks;
  hooks.catch_up = ready.catch_up;
  return Heard(std::make_unique<Runner>(ready.start, is_running, kAtOnce, std::move(hooks)));
}

}  // namespace

TEST_CASE("runner: a branch with nothing changed has the original's bits, from a branch point and from between two") {
  auto original = started(3000);
  original.runner().send(SetParameter{"optimizer.lr", Value{1.5}});
  REQUIRE(original.wait_for_end());
  std::vector<std::int64_t> steps = original.history().steps(original.records().back().record.segment());
  Random random(5);
  std::vector<BranchReady> ready;
  for (int trial = 0; trial < 6; ++trial) {
    const auto step = steps[random.below(static_cast<std::uint32_t>(steps.size()))];
    PastMoment moment = *original.history().at({original.records().back().record.segment(), step});
    ready.push_back(original.branch_at(moment));
    // As if branch points near it had given way: it is repeated from the first.
    if (trial % 2 == 1) {
      const PastMoment* first = original.history().first();
      original.runner().send(RequestBranch{4, first->branch_point, moment.tick, moment.commands});
      REQUIRE(original.wait_for([&] { return true; }));
      ready.back() = original.branch_at(*first);
      ready.back().catch_up.tick = moment.tick;
      ready.back().catch_up.commands = original.told().commands;
    }
  }
  const Engine engine = original.stop();
  for (const auto& start : ready) {
    auto again = branch(start);
    REQUIRE(again.wait_for_end());
    const Engine other = again.stop();
    CHECK(other.parameter_bytes() == engine.parameter_bytes());
    CHECK(csv(other) == csv(engine));
    CHECK(other.commands().size() == engine.commands().size());
  }
}

TEST_CASE("runner: a branch says first what is in force where it begins, and rests there") {
  auto original = started(400);
  REQUIRE(original.wait_for_end());
  const auto& moment = *original.history().nearest({0, 150});
  auto later = branch(original.branch_at(moment), false);
  REQUIRE(later.wait_for_arrival());
  REQUIRE(!later.changes().empty());
  CHECK(later.changes().front().step == moment.step);
  CHECK(!later.changes().front().restarted);
  CHECK(later.changes().front().config == original.changes().back().config);
  CHECK(later.changes().front().theory != nullptr);
  CHECK(later.runner().status().step == moment.step);
  CHECK(later.records().empty());
  later.runner().send(SetParameter{"optimizer.lr", Value{0.5}});
  later.runner().send(Run{});
  REQUIRE(later.wait_for_end());
  CHECK(later.records().front().record.step() == moment.step);
  CHECK(later.records().back().record.metrics.get("loss") != original.records().back().record.metrics.get("loss"));
}

TEST_CASE("runner: catches up with a run that was saved, and both go on with the same bits") {
  for (int trial = 0; trial < 5; ++trial) {
    Random random(static_cast<std::uint64_t>(trial + 40));
    auto original = started(2000);
    for (int change = 0; change < 4; ++change) {
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(20'000)));
      switch (random.below(4)) {
        case 0: original.runner().send(SetParameter{"optimizer.lr", Value{0.5 + random.uniform()}}); break;
        case 1: original.runner().send(SetParameter{"model.d", Value{std::int64_t(4 + random.below(12))}}); break;
        case 2: original.runner().send(SetParameter{"reg.lambda_h", Value{1e-4 * random.uniform()}}); break;
        default: original.runner().send(Restart{}); break;
      }
    }
    original.runner().send(Pause{});
    const auto saved = original.told();
    RunnerHooks hooks;
    hooks.catch_up = {saved.commands, saved.tick};
    Heard restored(std::make_unique<Runner>(small_run(2000), "", false, kAtOnce, std::move(hooks)));
    REQUIRE(restored.wait_for_arrival());
    CHECK(restored.runner().status().tick == saved.tick);
    CHECK(restored.told().commands.size() == saved.commands.size());
    for (auto* run : {&original, &restored}) {
      run->runner().send(SetParameter{"run.steps", Value{std::int64_t{2500}}});
      run->runner().send(Run{});
      REQUIRE(run->wait_for_end());
    }
    const Engine a = original.stop();
    const Engine b = restored.stop();
    CHECK(a.parameter_bytes() == b.parameter_bytes());
    CHECK(csv(a) == csv(b));
  }
}

TEST_CASE("runner: goes on with a run that was stored, with the same bits and the course that led there") {
  auto original = started(1500);
  std::this_thread::sleep_for(5ms);
  original.runner().send(SetParameter{"model.d", Value{std::int64_t{6}}});
  original.runner().send(Pause{});
  const auto told = original.told(true);
  REQUIRE(told.stored != nullptr);
  Heard again(std::make_unique<Runner>(*told.stored, false, kAtOnce));
  again.listen();
  REQUIRE(!again.changes().empty());
  CHECK(again.changes().front().config.integer("model.d") == 6);
  REQUIRE(again.records().size() > 1);
  CHECK(again.records().front().record.step() == 0);
  CHECK(again.records().back().record.embeddings != nullptr);
  CHECK(again.runner().status().tick == told.tick);
  for (auto* run : {&original, &again}) {
    run->runner().send(Run{});
    REQUIRE(run->wait_for_end());
  }
  const Engine a = original.stop();
  const Engine b = again.stop();
  CHECK(a.parameter_bytes() == b.parameter_bytes());
  CHECK(csv(a) == csv(b));
}

TEST_CASE("runner: catching up can be ended on the way, and the run goes on from there") {
  RunnerHooks hooks;
  hooks.catch_up = {{}, 1'000'000'000};
  auto config = small_run(1'000'000'000);
  Heard run(std::make_unique<Runner>(config, "", true, kAtOnce, std::move(hooks)));
  REQUIRE(run.wait_for([&] { return run.runner().status().step > 1000; }));
  CHECK(run.runner().status().preparation.has_value());
  run.runner().cancel_preparation();
  REQUIRE(run.wait_for_arrival());
  CHECK(!run.runner().status().is_running);
  const auto step = run.runner().status().step;
  run.runner().send(StepOnce{3});
  REQUIRE(run.wait_for([&] { return run.runner().status().step == step + 3; }));
}

TEST_CASE("runner: held to a ceiling it rests exactly there, is seen there only, and goes by its own speed afterwards") {
  Heard run(std::make_unique<Runner>(small_run(100'000), "", false, kAtOnce));
  run.runner().send(SetCeiling{0});
  run.runner().send(Run{});
  for (const std::int64_t step : {1, 17, 400, 401, 3000}) {
    run.runner().send(SetCeiling{step});
    run.runner().send(RequestFrame{});
    REQUIRE(run.wait_for([&] {
      const auto snapshot = run.runner().snapshot();
      return run.runner().status().step == step && snapshot != nullptr && snapshot->step() == step;
    }));
    CHECK(run.runner().status().is_running);
  }
  run.runner().send(SetCeiling{});
  REQUIRE(run.wait_for([&] { return run.runner().status().step > 5000; }));
}
