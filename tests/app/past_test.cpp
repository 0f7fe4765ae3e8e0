#include "app/past.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "core/tasks/attributes.h"

using namespace gramscope;
using namespace gramscope::app;
using namespace std::chrono_literals;

namespace {

/// Recorded steps of a run whose embeddings say their step.
class Recorder {
 public:
  Recorded at(std::int64_t step, std::int64_t segment = 0) {
    auto embeddings = std::make_shared<Embeddings>();
    embeddings->task = task_;
    embeddings->segment = segment;
    embeddings->step = step;
    embeddings->h = MatrixD::Identity(9, 9) + MatrixD::Constant(9, 9, static_cast<double>(step));
    embeddings->w = MatrixD::Identity(9, 9);
    Recorded recorded;
    recorded.record.at_segment = segment;
    recorded.record.at_step = step;
    recorded.record.metrics.add("loss", static_cast<double>(step));
    recorded.record.embeddings = embeddings;
    return recorded;
  }

 private:
  std::shared_ptr<const Task> task_ = make_attributes(2, 3);
};

void remember(Past& past, std::initializer_list<std::int64_t> steps, std::int64_t segment = 0) {
  Recorder recorder;
  for (const auto step : steps) past.add(recorder.at(step, segment));
}

std::shared_ptr<const Snapshot> wait_for(Past& past, std::int64_t step) {
  for (int i = 0; i < 20'000; ++i) {
    const auto snapshot = past.update({});
    if (snapshot != nullptr && snapshot->step() == step) return snapshot;
    std::this_thread::sleep_for(1ms);
  }
  return nullptr;
}

}  // namespace

TEST_CASE("past: without a recorded step there is nothing to be shown") {
  Past past;
  past.seek(5);
  past.move(5, -1);
  past.play({});
  CHECK(!past.is_shown());
  CHECK(!past.is_playing());
  CHECK(past.update({}) == nullptr);
}

TEST_CASE("past: the recorded step nearest on the axis of the timeline, with the metrics it was recorded with") {
  Past past;
  remember(past, {0, 10, 20, 40});
  past.seek(13);
  REQUIRE(past.is_shown());
  CHECK(past.step() == 10);
  const auto snapshot = wait_for(past, 10);
  REQUIRE(snapshot != nullptr);
  CHECK(snapshot->metrics.get("loss") == 10.0);
  past.remeasure({0, 10, [] {
                    Metrics metrics;
                    metrics.add("loss", 3.0);
                    return metrics;
                  }()});
  bool is_remeasured = false;
  for (int i = 0; i < 20'000 && !is_remeasured; ++i) {
    is_remeasured = past.update({})->metrics.get("loss") == 3.0;
    std::this_thread::sleep_for(1ms);
  }
  CHECK(is_remeasured);
  past.seek(1'000'000);
  CHECK(past.step() == 40);
  past.leave();
  CHECK(!past.is_shown());
}

TEST_CASE("past: moves from step to step, and after the newest back to the run") {
  Past past;
  remember(past, {0, 10, 20, 40});
  past.move(55, -1);  // the run is beyond its last recorded step
  CHECK(past.step() == 40);
  past.move(past.step(), -2);
  CHECK(past.step() == 10);
  past.move(past.step(), 1);
  CHECK(past.step() == 20);
  past.move(past.step(), -100);
  CHECK(past.step() == 0);
  past.move(past.step(), 3);
  CHECK(past.step() == 40);
  past.move(past.step(), 1);
  CHECK(!past.is_shown());
}

TEST_CASE("past: plays by the clock up to the run") {
  Past past;
  remember(past, {0, 1, 3, 7});
  past.seek(0);
  const Past::Clock::time_point begun{};
  past.play({Pace::log_time, 1.0, 60.0}, begun);
  CHECK(past.is_playing());
  const auto step_at = [&](Past::Clock::duration after) {
    for (Past::Clock::duration at = 10ms; at <= after; at += 10ms)
      if (past.is_shown()) past.update({}, begun + at);
    return past.is_shown() ? past.step() : -1;
  };
  CHECK(step_at(990ms) == 0);
  CHECK(step_at(1010ms) == 1);
  CHECK(step_at(2010ms) == 3);
  CHECK(step_at(3010ms) == -1);
  CHECK(!past.is_playing());

  past.seek(1);
  past.play({Pace::log_time, 1.0, 60.0}, begun);
  past.rest();
  CHECK(step_at(3010ms) == 1);
}

TEST_CASE("past: a run that begins anew is looked at by itself") {
  Past past;
  remember(past, {0, 10, 20});
  past.seek(10);
  past.leave();
  remember(past, {0, 5}, 1);
  past.seek(20);
  CHECK(past.step() == 5);
  past.clear();
  past.seek(0);
  CHECK(!past.is_shown());
  CHECK(past.history().is_empty());
}

TEST_CASE("past: what is shown gives way to newer steps only with another in its place") {
  Past past;
  remember(past, {0, 10, 20, 30, 40});
  past.seek(20);
  REQUIRE(wait_for(past, 20) != nullptr);
  past.set_cap(past.history().bytes() / 2);
  for (std::int64_t step = 50; step < 200; step += 10) remember(past, {step});
  past.update({});
  REQUIRE(past.is_shown());
  CHECK(past.history().at({0, past.step()}) != nullptr);
  past.set_cap(0);
  CHECK(past.update({}) == nullptr);
  CHECK(!past.is_shown());
}
