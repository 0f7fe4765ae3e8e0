#include "core/train/stopping.h"

#include <doctest/doctest.h>

#include "core/registry/error.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;

namespace {

Config stopping_run(std::int64_t steps, std::int64_t stop_after = 5) {
  Config config = small_run(steps);
  config.set("run.stop", std::string("peak"));
  config.set("run.stop_after", stop_after);
  return config;
}

void run_to_end(Engine& engine) {
  while (engine.advance(1000) == Engine::State::ready) {
  }
}

/// Where the same run, not stopped, has its peak.
std::int64_t peak_of(const Config& config) {
  Config whole = config;
  whole.set("run.stop", std::string("none"));
  whole.erase("run.stop_after");
  Engine engine(whole);
  run_to_end(engine);
  REQUIRE(engine.records().back().phase.peak_step());
  return *engine.records().back().phase.peak_step();
}

}  // namespace

TEST_CASE("peak watch: counts the scheduled records after a peak, and begins anew with a higher one") {
  PhaseTracker phase;
  PeakWatch watch;
  std::int64_t step = 0;
  const auto observe = [&](double semantic, double symmetric, bool is_scheduled = true) {
    Metrics metrics;
    metrics.add("cka_semantic", semantic);
    metrics.add("cka_symmetric", symmetric);
    phase.observe(++step, metrics);
    watch.observe(step, is_scheduled, phase);
  };
  observe(0.3, 0.7);
  observe(0.2, 0.7);
  observe(0.1, 0.7);
  CHECK_FALSE(watch.is_past_peak(1));  // no structure yet, so no peak
  observe(0.8, 0.5);
  CHECK_FALSE(watch.is_past_peak(1));
  observe(0.7, 0.5);
  observe(0.75, 0.5, false);
  CHECK(watch.is_past_peak(1));
  CHECK_FALSE(watch.is_past_peak(2));
  observe(0.7, 0.5);
  CHECK(watch.is_past_peak(2));
  observe(0.9, 0.5);
  CHECK_FALSE(watch.is_past_peak(1));
  watch.forget_peak();
  observe(0.5, 0.6);
  observe(0.5, 0.6);
  CHECK_FALSE(watch.is_past_peak(1));
  observe(0.95, 0.6);
  observe(0.9, 0.6);
  CHECK(watch.is_past_peak(1));
}

TEST_CASE("early stopping: ends in the state of the peak, with what was recorded after it kept") {
  const Config config = stopping_run(20'000);
  const auto peak = peak_of(config);
  std::vector<Finished> finished;
  Engine engine(config, {}, [&](const Event& event) {
    if (const auto* f = std::get_if<Finished>(&event)) finished.push_back(*f);
  });
  run_to_end(engine);
  CHECK(engine.state() == Engine::State::stopped);
  CHECK(engine.step() == peak);
  CHECK(engine.segment() == 1);
  REQUIRE(finished.size() == 1);
  CHECK(finished[0].went_back);
  CHECK(finished[0].step == peak);
  CHECK(finished[0].segment == 1);
  CHECK(engine.tick() == finished[0].came_from);
  CHECK(finished[0].text.find("step " + std::to_string(peak)) != std::string::npos);

  // The same bits as a run that was told to end there.
  Config there = stopping_run(peak);
  Engine direct(there);
  run_to_end(direct);
  CHECK(direct.state() == Engine::State::finished);
  CHECK(direct.parameter_bytes() == engine.parameter_bytes());

  // Steps go up within a segment; five records of decline, then the peak once more, with the same numbers.
  const auto& records = engine.records();
  std::int64_t declined = 0;
  for (std::size_t i = 1; i + 1 < records.size(); ++i) {
    CHECK(records[i].segment() == 0);
    CHECK(records[i].step() > records[i - 1].step());
    declined += records[i].step() > peak ? 1 : 0;
  }
  CHECK(declined == 5);
  CHECK(records.back().segment() == 1);
  CHECK(records.back().step() == peak);
  CHECK(records.back().phase.peak_step() == peak);
  CHECK(records.back().phase.phase() == Phase::structure);
  for (const auto& record : records) {
    if (record.segment() != 0 || record.step() != peak) continue;
    for (const auto& value : record.metrics.values())
      CHECK((value.value == records.back().metrics.get(value.key) || !value.is_defined()));
  }
}

TEST_CASE("early stopping: patience is the number of records of decline; a run that ends before is just finished") {
  const auto peak = peak_of(stopping_run(20'000));
  for (const std::int64_t patience : {1, 3, 9}) {
    Engine engine(stopping_run(20'000, patience));
    run_to_end(engine);
    CHECK(engine.state() == Engine::State::stopped);
    auto step = engine.step();
    for (std::int64_t i = 0; i < patience; ++i) step = next_scheduled_step(step);
    CHECK(engine.tick() == step);
    if (patience == 9) CHECK(engine.step() == peak);
  }
  Engine patient(stopping_run(peak + 1, 9));
  run_to_end(patient);
  CHECK(patient.state() == Engine::State::finished);
  CHECK(patient.step() == peak + 1);
  CHECK(patient.segment() == 0);
}

TEST_CASE("early stopping: continuing goes past the peak, as a run that was never stopped") {
  Engine engine(stopping_run(3000));
  run_to_end(engine);
  REQUIRE(engine.state() == Engine::State::stopped);
  const auto peak = engine.step();
  CHECK(engine.advance(10) == Engine::State::stopped);
  CHECK(engine.step() == peak);
  engine.apply(Continue{});
  CHECK(engine.state() == Engine::State::ready);
  run_to_end(engine);
  CHECK(engine.state() == Engine::State::finished);
  CHECK(engine.step() == 3000);
  Config whole = small_run(3000);
  Engine never(whole);
  run_to_end(never);
  CHECK(engine.parameter_bytes() == never.parameter_bytes());
  std::int64_t last = -1;
  for (const auto& record : engine.records()) {
    if (record.segment() != 1) continue;
    CHECK(record.step() > last);
    last = record.step();
  }
  CHECK(last == 3000);

  // Restarted it stops at that peak again.
  engine.apply(Restart{});
  run_to_end(engine);
  CHECK(engine.state() == Engine::State::stopped);
  CHECK(engine.step() == peak);
  CHECK(engine.segment() == 3);
}

TEST_CASE("early stopping: Continue does nothing to a run that has not stopped") {
  Engine engine(stopping_run(50));
  engine.advance(3);
  engine.apply(Continue{});
  CHECK(engine.state() == Engine::State::ready);
  engine.apply(SetParameter{"run.steps", std::int64_t{3}});
  engine.advance(1);
  engine.apply(Continue{});
  CHECK(engine.state() == Engine::State::finished);
}

TEST_CASE("early stopping: a parameter changed after the peak calls the stop off, until there is a higher one") {
  const auto peak = peak_of(stopping_run(20'000));
  Engine engine(stopping_run(3000));
  engine.advance(peak);
  engine.advance(next_scheduled_step(peak) + 1 - peak);
  engine.apply(SetParameter{"optimizer.lr", 1.9});
  run_to_end(engine);
  CHECK(engine.state() == Engine::State::finished);
  CHECK(engine.step() == 3000);

  // Changed on the way up it does stop, and keeps what was set.
  Engine early(stopping_run(3000));
  early.advance(3);
  early.apply(SetParameter{"optimizer.lr", 1.9});
  run_to_end(early);
  CHECK(early.state() == Engine::State::stopped);
  CHECK(early.config().real("optimizer.lr") == 1.9);
}

TEST_CASE("early stopping: a stopped run is checkpointed and restored, also from before the stop") {
  Engine engine(stopping_run(2000));
  const auto peak = peak_of(stopping_run(20'000));
  for (const auto at : {peak - 1, peak, peak + 1, next_scheduled_step(next_scheduled_step(peak))}) {
    engine.apply(Restart{});
    engine.advance(at);
    const auto checkpoint = engine.checkpoint();
    run_to_end(engine);
    const auto bytes = engine.parameter_bytes();
    const auto numbers = csv(engine);
    REQUIRE(engine.state() == Engine::State::stopped);
    const auto at_stop = engine.checkpoint();
    engine.restore(*checkpoint);
    CHECK(engine.step() == at);
    run_to_end(engine);
    CHECK(engine.state() == Engine::State::stopped);
    CHECK(engine.parameter_bytes() == bytes);
    CHECK(csv(engine) == numbers);
    engine.apply(Continue{});
    engine.advance(30);
    engine.restore(*at_stop);
    CHECK(engine.state() == Engine::State::stopped);
    CHECK(engine.parameter_bytes() == bytes);
    CHECK(csv(engine) == numbers);
  }
}

TEST_CASE("early stopping: not offered where there is no semantic alignment") {
  Config config = stopping_run(100);
  config.set("task.factors", std::int64_t{1});
  CHECK_THROWS_AS(resolve(config), UsageError);
  const Config changed =
      with_change(resolve(stopping_run(100)), "task.factors", Value{std::int64_t{1}}, nullptr);
  CHECK(changed.text("run.stop") == "none");
  CHECK_FALSE(changed.contains("run.stop_after"));
}
