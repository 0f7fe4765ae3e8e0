// What the window holds of a recording: opened beside a run, scrubbed, and left for a run again.
#include "app/observatory.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/app/fake_recording.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

using Log = FakeRecording::Log;

Config tiny_config() {
  Config config;
  config.set("task.factors", std::int64_t{2});
  config.set("run.steps", std::int64_t{50});
  return resolve(config);
}

/// Updates until `is_done`; false if it takes longer than anything here should.
template <class IsDone>
bool update_until(Observatory& observatory, const IsDone& is_done) {
  for (int i = 0; i < 4000; ++i) {
    observatory.update();
    if (is_done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

std::unique_ptr<FakeRecording> read_recording(const RecordingPlan& plan, const std::shared_ptr<Log>& log) {
  auto recording = std::make_unique<FakeRecording>(plan, log);
  recording->finish_reading();
  return recording;
}

std::vector<std::int64_t> steps_of(const Observatory& observatory) {
  std::vector<std::int64_t> steps;
  for (const auto& record : observatory.records()) steps.push_back(record.step());
  return steps;
}

}  // namespace

TEST_CASE("observatory: a run goes on until the recording that is opened has its first snapshot") {
  Observatory observatory(tiny_config(), "tiny", false, SetSpeed{});
  REQUIRE(update_until(observatory, [&] { return observatory.snapshot() != nullptr; }));
  observatory.view.selection.context_a = 3;
  const auto log = std::make_shared<Log>();
  auto source = std::make_unique<FakeRecording>(RecordingPlan{}, log);
  auto* recording = source.get();
  observatory.open(std::move(source));
  observatory.update();
  CHECK(observatory.is_opening());
  CHECK_FALSE(observatory.is_recording());
  CHECK(observatory.preset() == "tiny");
  REQUIRE(observatory.status().preparation.has_value());
  CHECK(observatory.status().preparation->what == "Reading step_10.npz");
  CHECK(observatory.snapshot() != nullptr);

  recording->finish_reading();
  observatory.update();
  CHECK_FALSE(observatory.is_opening());
  CHECK(observatory.is_recording());
  CHECK(observatory.runner() == nullptr);
  CHECK(observatory.config().values().empty());
  CHECK(observatory.parameters().empty());
  CHECK_FALSE(observatory.view.selection.context_a.has_value());
  CHECK(observatory.task().contexts == 12);
  REQUIRE(observatory.snapshot() != nullptr);
  CHECK(observatory.snapshot()->step() == 1000);
  CHECK(steps_of(observatory) == std::vector<std::int64_t>{0, 10, 100, 1000});
}

TEST_CASE("observatory: what cannot be opened is told, and nothing is lost") {
  Observatory observatory(tiny_config(), "tiny", false, SetSpeed{});
  REQUIRE(update_until(observatory, [&] { return observatory.snapshot() != nullptr; }));
  const Task* before = &observatory.task();
  const auto log = std::make_shared<Log>();
  auto source = std::make_unique<FakeRecording>(RecordingPlan{}, log);
  source->fail("step_10.npz: H: is cut off");
  observatory.open(std::move(source));
  observatory.update();
  CHECK_FALSE(observatory.is_opening());
  CHECK_FALSE(observatory.is_recording());
  REQUIRE(observatory.message() != nullptr);
  CHECK(observatory.message()->text == "step_10.npz: H: is cut off");
  CHECK(&observatory.task() == before);
  REQUIRE(observatory.snapshot() != nullptr);
  CHECK(observatory.snapshot()->step() == 0);
  CHECK(observatory.preset() == "tiny");
}

TEST_CASE("observatory: an opening can be cancelled; a second one takes the place of the first") {
  const auto first = std::make_shared<Log>();
  const auto second = std::make_shared<Log>();
  {
    Observatory observatory(tiny_config(), "tiny", false, SetSpeed{});
    observatory.open(std::make_unique<FakeRecording>(RecordingPlan{}, first));
    observatory.open(std::make_unique<FakeRecording>(RecordingPlan{}, second));
    observatory.update();
    observatory.cancel_preparation();
    observatory.update();
    CHECK_FALSE(observatory.is_opening());
    CHECK_FALSE(observatory.status().preparation.has_value());
    CHECK(second->was_cancelled);
    CHECK_FALSE(observatory.is_recording());
  }
  CHECK(first->is_gone);
  CHECK(second->is_gone);
}

TEST_CASE("observatory: a preset makes a run again where a recording was") {
  const auto log = std::make_shared<Log>();
  Observatory observatory(read_recording({}, log), SetSpeed{Pace::maximum, 1.4, 60.0});
  REQUIRE(observatory.is_recording());
  // What a recording has not does nothing.
  observatory.restart();
  observatory.new_seed();
  observatory.set_parameter("optimizer.lr", Value{1.0});
  CHECK(std::count(log->heard.begin(), log->heard.end(), "command") == 0);

  observatory.load(tiny_config(), "tiny");
  CHECK(observatory.is_recording());
  REQUIRE(update_until(observatory, [&] { return !observatory.is_recording(); }));
  CHECK(observatory.runner() != nullptr);
  CHECK(observatory.preset() == "tiny");
  CHECK(observatory.config().integer("run.steps") == 50);
  CHECK(update_until(observatory, [&] { return observatory.status().state == Engine::State::finished; }));
}

TEST_CASE("observatory: an experiment that cannot be made leaves the recording where it was") {
  const auto log = std::make_shared<Log>();
  Observatory observatory(read_recording({}, log), SetSpeed{});
  Config config = resolve(Config{});
  config = with_change(config, "task.kind", std::string("corpus"), nullptr);
  config.set("task.path", std::string("/nowhere/at/all.txt"));
  observatory.load(config, "lost");
  REQUIRE(update_until(observatory, [&] { return !observatory.is_opening(); }));
  CHECK(observatory.is_recording());
  REQUIRE(observatory.message() != nullptr);
  CHECK(observatory.message()->text.find("/nowhere/at/all.txt") != std::string::npos);
}

TEST_CASE("observatory: who keeps its source opens nothing and says why") {
  Observatory observatory(tiny_config(), "tiny", false, SetSpeed{});
  observatory.keep_source("it is being written");
  const auto log = std::make_shared<Log>();
  observatory.open(read_recording({}, log));
  observatory.update();
  CHECK_FALSE(observatory.is_recording());
  CHECK_FALSE(observatory.is_opening());
  REQUIRE(observatory.message() != nullptr);
  CHECK(observatory.message()->text == "it is being written");
}

TEST_CASE("observatory: the playhead goes to the nearest recorded step and never past the ends") {
  const auto log = std::make_shared<Log>();
  Observatory observatory(read_recording({}, log), SetSpeed{});
  CHECK(observatory.has_playhead());
  CHECK(observatory.is_at_newest());
  observatory.seek(54);
  CHECK(observatory.playhead() == 10);
  CHECK_FALSE(observatory.is_at_newest());
  observatory.update();
  CHECK(observatory.snapshot()->step() == 10);
  observatory.seek(56);
  CHECK(observatory.playhead() == 100);
  observatory.step_recorded(1);
  observatory.step_recorded(1);  // before the first has been shown, and past the end
  CHECK(observatory.playhead() == 1000);
  observatory.step_recorded(-2);
  CHECK(observatory.playhead() == 10);
  observatory.step_recorded(-7);
  CHECK(observatory.playhead() == 0);
  observatory.update();
  CHECK(observatory.snapshot()->step() == 0);
  observatory.go_live();
  observatory.update();
  CHECK(observatory.playhead() == 1000);
  CHECK(observatory.is_at_newest());
  // What is there already is not asked for again.
  const auto heard = log->heard.size();
  observatory.seek(1000);
  observatory.seek(5000);
  CHECK(log->heard.size() == heard);
}

TEST_CASE("observatory: a recording of one snapshot has no playhead") {
  RecordingPlan plan;
  plan.steps = {7};
  Observatory observatory(read_recording(plan, std::make_shared<Log>()), SetSpeed{});
  CHECK_FALSE(observatory.has_playhead());
  CHECK(observatory.playhead() == 7);
}

TEST_CASE("observatory: a snapshot found between others joins the course where it belongs") {
  const auto log = std::make_shared<Log>();
  auto source = read_recording({}, log);
  auto* recording = source.get();
  Observatory observatory(std::move(source), SetSpeed{});
  observatory.seek(10);
  observatory.update();
  recording->add(50);
  observatory.update();
  CHECK(steps_of(observatory) == std::vector<std::int64_t>{0, 10, 50, 100, 1000});
  CHECK(observatory.playhead() == 10);
  recording->add(2000);
  observatory.update();
  CHECK(steps_of(observatory).back() == 2000);
  CHECK(observatory.playhead() == 10);
  observatory.go_live();
  recording->add(3000);
  observatory.update();
  CHECK(observatory.playhead() == 3000);
  CHECK(observatory.snapshot()->step() == 3000);
}

TEST_CASE("observatory: following is a switch of the source") {
  const auto log = std::make_shared<Log>();
  Observatory observatory(read_recording({}, log), SetSpeed{});
  observatory.set_following(true);
  observatory.update();
  CHECK(observatory.status().recording->is_following);
  observatory.set_following(false);
  observatory.update();
  CHECK_FALSE(observatory.status().recording->is_following);
}

TEST_CASE("observatory: a run's past is shown while the run goes on, and left for the run again") {
  Config config;
  config.set("task.factors", std::int64_t{2});
  config.set("run.steps", std::int64_t{1'000'000'000});
  Observatory observatory(resolve(config), "endless", true, SetSpeed{Pace::maximum, 1.4, 60.0});
  REQUIRE(update_until(observatory, [&] { return observatory.status().step > 300; }));
  CHECK(observatory.has_playhead());
  CHECK(observatory.is_at_newest());

  observatory.seek(100);
  REQUIRE(observatory.is_in_past());
  const std::int64_t past = observatory.playhead();
  CHECK(past == 100);  // a scheduled step: 10^(48/24)
  REQUIRE(update_until(observatory, [&] { return observatory.snapshot()->step() == past; }));
  const auto record = std::find_if(observatory.records().begin(), observatory.records().end(),
                                   [&](const Record& one) { return one.step() == past; });
  REQUIRE(record != observatory.records().end());
  CHECK(observatory.snapshot()->metrics.get("cka_semantic") == record->metrics.get("cka_semantic"));
  const auto before = observatory.status().step;
  REQUIRE(update_until(observatory, [&] { return observatory.status().step > before + 100; }));
  CHECK(observatory.snapshot()->step() == past);

  observatory.step_recorded(-1);
  CHECK(observatory.playhead() == 91);  // 10^(47/24) = 90.9
  observatory.step(1);
  CHECK(observatory.playhead() == 100);
  observatory.toggle_playing();
  CHECK(observatory.is_playing());
  REQUIRE(update_until(observatory, [&] { return observatory.playhead() > 100; }));
  observatory.toggle_playing();
  CHECK(!observatory.is_playing());
  CHECK(observatory.is_in_past());

  observatory.go_live();
  CHECK(!observatory.is_in_past());
  REQUIRE(update_until(observatory, [&] { return observatory.snapshot()->step() > before; }));
  observatory.pause();
}

TEST_CASE("observatory: at its newest step a run that rests is not past, and a restart ends the past") {
  Observatory observatory(tiny_config(), "tiny", true, SetSpeed{Pace::maximum, 1.4, 60.0});
  REQUIRE(update_until(observatory, [&] {
    return observatory.status().state == Engine::State::finished && observatory.records().back().step() == 50;
  }));
  observatory.seek(49);
  CHECK(!observatory.is_in_past());
  observatory.seek(3);
  CHECK(observatory.playhead() == 3);
  observatory.seek(1'000);
  CHECK(!observatory.is_in_past());
  observatory.step_recorded(1);
  CHECK(!observatory.is_in_past());
  observatory.step_recorded(-1);
  CHECK(observatory.is_in_past());
  observatory.restart();
  REQUIRE(update_until(observatory, [&] {
    return !observatory.is_in_past() && observatory.records().size() == 1 && observatory.records().back().step() == 0;
  }));
  observatory.seek(3);  // the new segment has recorded its first step only
  CHECK(observatory.playhead() == 0);
}
