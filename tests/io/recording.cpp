#include "core/io/recording.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

#include "core/io/metrics_csv.h"
#include "core/io/run_output.h"
#include "core/random/philox.h"
#include "core/registry/error.h"
#include "tests/core/train/small_run.h"
#include "tests/io/sample_snapshots.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

RecordingOptions quick(bool is_following) {
  RecordingOptions options;
  options.is_following = is_following;
  options.patience = 5ms;
  options.settled = 30ms;
  return options;
}

/// A recording as the window holds it: with all that it has told.
class Watched {
 public:
  explicit Watched(const fs::path& path, const RecordingOptions& options = quick(false))
      : recording(path, options) {}

  void take() {
    for (const auto& event : recording.take_events()) {
      if (const auto* recorded = std::get_if<Recorded>(&event)) {
        records.push_back(recorded->record);
        carried_embeddings = carried_embeddings && recorded->record.embeddings != nullptr;
        CHECK(is_opened);
      } else if (const auto* replaced = std::get_if<CourseReplaced>(&event)) {
        records = replaced->records;
        ++replacements;
      } else if (const auto* message = std::get_if<Message>(&event)) {
        messages.push_back(message->text);
      } else if (const auto* changed = std::get_if<ConfigChanged>(&event)) {
        CHECK(changed->restarted == !is_opened);
        is_opened = true;
        task = changed->task;
        preset = changed->preset;
      } else if (std::holds_alternative<MaxMarginSolved>(event)) {
        has_max_margin = true;
      }
    }
    snapshot = recording.snapshot();
    status = recording.status();
  }

  /// Watches until it is so; false if it never is.
  bool wait(const std::function<bool()>& is_so) {
    for (int i = 0; i < 60'000; ++i) {
      take();
      if (is_so()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }

  bool wait_for_records(std::size_t count) {
    return wait([&] {
      return records.size() == count && status.recording->measured == static_cast<std::int64_t>(count);
    });
  }
  bool wait_for_picture(std::int64_t step) {
    return wait([&] {
      return snapshot != nullptr && snapshot->step() == step && status.step == step &&
             !snapshot->metrics.values().empty();
    });
  }

  std::vector<std::int64_t> steps() const {
    std::vector<std::int64_t> result;
    for (const auto& record : records) result.push_back(record.step());
    return result;
  }
  bool has_message(const std::string& part) const {
    return std::any_of(messages.begin(), messages.end(),
                       [&](const auto& text) { return text.find(part) != std::string::npos; });
  }

  std::vector<Record> records;
  std::vector<std::string> messages;
  int replacements = 0;
  bool carried_embeddings = true;
  bool is_opened = false;
  bool has_max_margin = false;
  std::string preset;
  std::shared_ptr<const Task> task;
  std::shared_ptr<const Snapshot> snapshot;
  RunnerStatus status;
  Recording recording;
};

using Steps = std::vector<std::int64_t>;

/// Every number and phase of a course, bit for bit.
std::string bits_of(const std::vector<Record>& records) {
  std::string text;
  const auto add = [&](const auto& value) {
    text.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  for (const auto& record : records) {
    add(record.at_segment);
    add(record.at_step);
    for (const auto& metric : record.metrics.values()) {
      text += metric.key + metric.undefined;
      add(metric.value);
    }
    add(record.phase.phase());
    add(record.phase.peak_step().value_or(-1));
    add(record.phase.overtake_step().value_or(-1));
    add(record.phase.collapse_step().value_or(-1));
  }
  return text;
}

std::string name_of(std::int64_t step) { return "step_" + std::to_string(step) + ".npz"; }

void put_steps(const TemporaryDirectory& directory, const Steps& steps) {
  for (const auto step : steps)
    put_snapshot(directory / name_of(step), {.seed = static_cast<std::uint64_t>(step) + 1});
}

}  // namespace

TEST_CASE("recording: what a run has left behind has its metrics, its phases and its peak") {
  const TemporaryDirectory directory;
  const Preset preset{"mine", "T", "S.", resolve(small_run(400))};
  Engine engine = [&] {
    RunOutput output(directory.path(), preset);
    Engine made(preset.config, preset.name, [&](const Event& event) { output.on(event); });
    made.advance(400);
    output.finish(made);
    return made;
  }();
  Watched watched(directory.path());
  REQUIRE(watched.wait_for_records(engine.records().size()));
  CHECK(metrics_csv(watched.records) == contents(directory / "metrics.csv"));
  CHECK(bits_of(watched.records) == bits_of(engine.records()));
  CHECK(watched.has_max_margin);
  CHECK(watched.replacements == 0);
  CHECK(watched.carried_embeddings);
  CHECK(watched.messages.empty());
  CHECK(watched.preset == directory.path().filename());
}

TEST_CASE("recording: the first picture, then the records in the order of their steps") {
  const TemporaryDirectory directory;
  put_steps(directory, {200, 3, 1000, 0});
  Watched watched(directory.path());
  REQUIRE(watched.wait_for_records(4));
  CHECK(watched.steps() == Steps{0, 3, 200, 1000});
  CHECK(watched.replacements == 0);
  REQUIRE(watched.wait_for_picture(0));
  CHECK(watched.task == watched.snapshot->embeddings->task);
  CHECK(watched.status.recording->snapshots == 4);
  CHECK(watched.status.recording->refused == 0);
  CHECK(!watched.status.recording->is_following);
  CHECK(!watched.status.recording->facts.empty());
  CHECK(!watched.status.has_failed);
  CHECK(!watched.status.preparation);
  CHECK(watched.snapshot->metrics.get("loss") == watched.records[0].metrics.get("loss"));
}

TEST_CASE("recording: the step is what the file says, else its name, else its place") {
  const TemporaryDirectory directory;
  put_snapshot(directory / "first.npz", {.seed = 1});
  put_snapshot(directory / "second.npz", {.seed = 2});
  put_snapshot(directory / "step_70.npz", {.seed = 3});
  put_snapshot(directory / "step_80.npz", {.seed = 4, .step = 40});
  put_snapshot(directory / "third.npz", {.seed = 5, .step = 50});
  Watched watched(directory.path());
  REQUIRE(watched.wait_for_records(5));
  CHECK(watched.steps() == Steps{0, 1, 40, 50, 70});
}

TEST_CASE("recording: of two files of one step the later by name is refused") {
  const TemporaryDirectory directory;
  put_snapshot(directory / "a_5.npz", {.seed = 1});
  put_snapshot(directory / "b_5.npz", {.seed = 2});
  put_snapshot(directory / "c.npz", {.seed = 3, .step = 5});
  put_snapshot(directory / "d_6.npz", {.seed = 4});
  Watched watched(directory.path());
  REQUIRE(
      watched.wait([&] { return watched.status.recording->refused == 2 && watched.records.size() == 2; }));
  CHECK(watched.steps() == Steps{5, 6});
  CHECK(watched.has_message("b_5.npz: step 5 is already that of a_5.npz"));
  CHECK(watched.has_message("c.npz: step 5"));
  CHECK(watched.status.recording->problem.find("step 5 is already") != std::string::npos);
}

TEST_CASE("recording: a file that cannot be read is refused and the rest goes on") {
  const TemporaryDirectory directory;
  put_steps(directory, {0, 10});
  put(directory / "step_5.npz", "no archive");
  put_snapshot(directory / "step_7.npz", {.samples = 8});
  Watched watched(directory.path());
  REQUIRE(
      watched.wait([&] { return watched.status.recording->refused == 2 && watched.records.size() == 2; }));
  CHECK(watched.steps() == Steps{0, 10});
  CHECK(watched.has_message("step_5.npz"));
  CHECK(watched.has_message("step_7.npz"));
  CHECK(watched.messages.size() == 2);
  CHECK(!watched.status.has_failed);
}

TEST_CASE("recording: what cannot be opened says so") {
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(Recording(directory / "nothing"), InputError);
  CHECK(message_of<InputError>([&] { Recording(directory.path()); }).find("has no snapshots") !=
        std::string::npos);
  put(directory / "step_5.npz", "no archive");
  Watched watched(directory.path());
  REQUIRE(watched.wait([&] { return watched.status.has_failed; }));
  CHECK(watched.status.failure.find("step_5.npz") != std::string::npos);
  CHECK(watched.records.empty());
  CHECK(watched.snapshot == nullptr);
}

TEST_CASE("recording: seek, step and play reach the right steps") {
  const TemporaryDirectory directory;
  put_steps(directory, {0, 10, 20, 40, 80});
  Watched watched(directory.path());
  auto& recording = watched.recording;
  REQUIRE(watched.wait_for_records(5));
  recording.send(Seek{33});
  REQUIRE(watched.wait_for_picture(40));
  CHECK(watched.snapshot->metrics.get("loss") == watched.records[3].metrics.get("loss"));
  recording.send(StepOnce{1});
  REQUIRE(watched.wait_for_picture(80));
  CHECK(watched.status.state == Engine::State::finished);
  recording.send(StepOnce{1});
  recording.send(StepOnce{-3});
  REQUIRE(watched.wait_for_picture(10));
  CHECK(watched.status.state == Engine::State::ready);
  recording.send(StepOnce{-100});
  REQUIRE(watched.wait_for_picture(0));
  recording.send(Seek{1'000'000});
  REQUIRE(watched.wait_for_picture(80));
  recording.send(Run{});  // at its end it goes on only if asked to
  recording.send(Seek{20});
  REQUIRE(watched.wait_for_picture(20));
  CHECK(!watched.status.is_running);

  // At the most every snapshot is seen.
  recording.send(SetSpeed{Pace::maximum, 1.4, 60.0});
  recording.send(Run{});
  std::vector<std::int64_t> seen{20};
  REQUIRE(watched.wait([&] {
    if (watched.snapshot != nullptr && (seen.back() != watched.snapshot->step()))
      seen.push_back(watched.snapshot->step());
    return seen.back() == 80 && !watched.status.is_running;
  }));
  CHECK(seen == Steps{20, 40, 80});
  CHECK(watched.status.state == Engine::State::finished);

  recording.send(SetSpeed{Pace::log_time, 0.01, 60.0});
  recording.send(Run{true});  // begins anew
  REQUIRE(watched.wait([&] { return watched.status.is_running || watched.status.step < 80; }));
  REQUIRE(watched.wait_for_picture(80));
  REQUIRE(watched.wait([&] { return !watched.status.is_running; }));
  recording.send(SetSpeed{Pace::steps_per_second, 1.4, 1e-6});
  recording.send(Run{true});
  REQUIRE(watched.wait_for_picture(0));
  CHECK(watched.status.is_running);
  recording.send(Pause{});
  REQUIRE(watched.wait([&] { return !watched.status.is_running; }));
  recording.send(GoLive{});
  REQUIRE(watched.wait_for_picture(80));
  CHECK(watched.status.recording->is_at_newest);
}

TEST_CASE("recording: a frame is of what is wanted") {
  const TemporaryDirectory directory;
  put_steps(directory, {0, 1});
  Watched watched(directory.path());
  REQUIRE(watched.wait_for_records(2));
  watched.recording.send(RequestFrame{{.logits = true, .context = 2}});
  REQUIRE(watched.wait([&] { return watched.snapshot != nullptr && watched.snapshot->logits.size() > 0; }));
  CHECK(watched.snapshot->context == Index{2});
  CHECK(watched.snapshot->context_cosines.size() == 6);
  watched.recording.send(Seek{1});
  REQUIRE(watched.wait_for_picture(1));
  CHECK(watched.snapshot->logits.size() == 18);
}

TEST_CASE("recording: dropped from memory, snapshots are read again; deleted, the old picture stays") {
  const TemporaryDirectory directory;
  put_steps(directory, {0, 1, 2});
  RecordingOptions options = quick(false);
  options.most_cached_bytes = 0;
  Watched watched(directory.path(), options);
  REQUIRE(watched.wait_for_records(3));
  watched.recording.send(Seek{2});
  REQUIRE(watched.wait_for_picture(2));
  fs::remove(directory / name_of(1));
  watched.recording.send(Seek{1});
  REQUIRE(watched.wait([&] { return watched.has_message("step_1.npz: is not there any more"); }));
  CHECK(watched.status.step == 2);
  CHECK(watched.snapshot->step() == 2);
  CHECK(watched.status.recording->measured == 3);
  watched.recording.send(StepOnce{-1});  // over the gap
  REQUIRE(watched.wait_for_picture(0));
}

TEST_CASE("recording: in memory, snapshots are there without their files") {
  const TemporaryDirectory directory;
  put_steps(directory, {0, 1, 2});
  Watched watched(directory.path());
  REQUIRE(watched.wait_for_records(3));
  for (const int step : {0, 1, 2}) fs::remove(directory / name_of(step));
  for (const int step : {2, 1, 0}) {
    watched.recording.send(Seek{step});
    REQUIRE(watched.wait_for_picture(step));
  }
  CHECK(watched.messages.empty());
}

TEST_CASE("recording: following, every order of arrival ends with the same course") {
  const Steps steps{0, 2, 5, 9, 40, 41};
  // What is missing is taken from the snapshot before, wherever in time it came; one is of another number of
  // samples, and two say that they are of one step.
  const auto write = [](const TemporaryDirectory& directory, std::int64_t step) {
    put_snapshot(directory / name_of(step),
                 {.seed = static_cast<std::uint64_t>(step) + 1,
                  .samples = step == 9 ? 7 : 6,
                  .has_labels = step == 2 || step == 40,
                  .has_names = step == 5 || step == 40,
                  .step = step == 41 ? std::optional<std::int64_t>(5) : std::nullopt});
  };
  std::string expected;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const TemporaryDirectory directory;
    Steps order = steps;
    Random random(seed);
    if (seed > 0) shuffle(std::span(order), random);
    if (seed == 0)
      for (const auto step : order) write(directory, step);
    Watched watched(directory.path(), quick(true));
    if (seed > 0)
      for (const auto step : order) {
        write(directory, step);
        std::this_thread::sleep_for(std::chrono::milliseconds(random.below(12)));
      }
    if (seed == 0) {
      REQUIRE(watched.wait(
          [&] { return watched.records.size() == 4 && watched.status.recording->refused == 2; }));
      CHECK(watched.steps() == Steps{0, 2, 5, 40});
      expected = bits_of(watched.records);
    }
    CAPTURE(seed);
    REQUIRE(watched.wait(
        [&] { return bits_of(watched.records) == expected && watched.status.recording->refused == 2; }));
  }
}

TEST_CASE("recording: following, files without a step have the places that they would have had at once") {
  const TemporaryDirectory directory;
  Watched watched(directory.path(), quick(true));
  std::uint64_t seed = 0;
  for (const char* name : {"c", "a", "b"}) {
    put_snapshot(directory / (std::string(name) + ".npz"), {.seed = ++seed});
    REQUIRE(watched.wait_for_records(static_cast<std::size_t>(seed)));
  }
  REQUIRE(watched.wait([&] { return watched.steps() == Steps{0, 1, 2}; }));
  Watched at_once(directory.path());
  REQUIRE(at_once.wait_for_records(3));
  CHECK(bits_of(watched.records) == bits_of(at_once.records));
  for (const int step : {0, 1, 2}) {
    watched.recording.send(Seek{step});
    REQUIRE(watched.wait_for_picture(step));
    CHECK(watched.snapshot->metrics.get("loss") ==
          watched.records[static_cast<std::size_t>(step)].metrics.get("loss"));
  }
}

TEST_CASE("recording: following, the newest is shown as it comes, until another is looked at") {
  const TemporaryDirectory directory;
  Watched watched(directory.path(), quick(true));
  watched.take();
  CHECK(!watched.status.has_failed);
  put_snapshot(directory / "step_4.npz");
  REQUIRE(watched.wait_for_picture(4));
  REQUIRE(watched.wait([&] { return watched.status.recording->is_at_newest; }));
  put_snapshot(directory / "step_8.npz", {.seed = 2, .d = 9});  // of another size
  REQUIRE(watched.wait_for_picture(8));
  watched.recording.send(Seek{4});
  REQUIRE(watched.wait_for_picture(4));
  put_snapshot(directory / "step_16.npz", {.seed = 3});
  REQUIRE(watched.wait_for_records(3));
  CHECK(watched.status.step == 4);
  CHECK(!watched.status.recording->is_at_newest);
  watched.recording.send(GoLive{});
  REQUIRE(watched.wait_for_picture(16));
  // One that belongs between others.
  put_snapshot(directory / "step_12.npz", {.seed = 5});
  REQUIRE(watched.wait_for_records(4));
  CHECK(watched.steps() == Steps{4, 8, 12, 16});
  CHECK(watched.replacements > 0);
  watched.recording.send(Follow{false});
  REQUIRE(watched.wait([&] { return !watched.status.recording->is_following; }));
  put_snapshot(directory / "step_32.npz", {.seed = 6});
  watched.recording.send(Follow{true});
  REQUIRE(watched.wait_for_picture(32));
}

TEST_CASE("recording: following, a file that is still being written is read when it is whole") {
  const TemporaryDirectory directory;
  put_snapshot(directory / "whole.npz", {.seed = 7});
  const std::string bytes = contents(directory / "whole.npz");
  fs::remove(directory / "whole.npz");
  RecordingOptions options = quick(true);
  options.settled = 10min;
  Watched watched(directory.path(), options);
  for (const std::size_t part : {bytes.size() / 3, bytes.size() - 40, bytes.size()}) {
    watched.take();
    CHECK(watched.messages.empty());
    CHECK(watched.records.empty());
    put(directory / "step_1.npz", bytes.substr(0, part));
    std::this_thread::sleep_for(15ms);
  }
  REQUIRE(watched.wait_for_picture(1));
  CHECK(watched.messages.empty());
  CHECK(watched.status.recording->refused == 0);
}

TEST_CASE("recording: following, what stays unreadable is refused once, and read when it changes") {
  const TemporaryDirectory directory;
  put_steps(directory, {0});
  put(directory / "step_1.npz", "no archive");
  put(directory / ".step_2.npz", "of somebody else");
  put(directory / "step_3.npz.tmp", "still being written");
  Watched watched(directory.path(), quick(true));
  REQUIRE(watched.wait([&] { return watched.status.recording->refused == 1; }));
  REQUIRE(watched.wait_for_picture(0));
  std::this_thread::sleep_for(40ms);
  watched.take();
  CHECK(watched.messages.size() == 1);
  CHECK(watched.status.recording->problem.find("step_1.npz") != std::string::npos);
  CHECK(watched.status.recording->snapshots == 2);
  put_snapshot(directory / "step_1.npz", {.seed = 2});
  REQUIRE(watched.wait_for_picture(1));
  CHECK(watched.status.recording->refused == 0);
  CHECK(watched.status.recording->problem.empty());
}

TEST_CASE("recording: following, a file that is replaced is measured again, and shown as it is now") {
  const TemporaryDirectory directory;
  put_steps(directory, {0, 1});
  Watched watched(directory.path(), quick(true));
  REQUIRE(watched.wait_for_picture(1));
  const double before = watched.snapshot->metrics.get("loss");
  put_snapshot(directory / name_of(1), {.seed = 77, .samples = 6});
  REQUIRE(watched.wait([&] {
    return watched.records.size() == 2 && watched.records[1].metrics.get("loss") != before &&
           watched.snapshot != nullptr &&
           watched.snapshot->metrics.get("loss") == watched.records[1].metrics.get("loss");
  }));
  // The directory goes and comes back.
  fs::rename(directory.path(), directory.path().string() + " moved");
  REQUIRE(watched.wait([&] { return watched.has_message(directory.path().string()); }));
  fs::rename(directory.path().string() + " moved", directory.path());
  put_snapshot(directory / name_of(2), {.seed = 78});
  REQUIRE(watched.wait_for_picture(2));
}

TEST_CASE("recording: cancelled, what has been measured stays and the rest can still be looked at") {
  const TemporaryDirectory directory;
  Steps steps;
  for (std::int64_t step = 0; step < 60; ++step) steps.push_back(step);
  put_steps(directory, steps);
  Watched watched(directory.path());
  REQUIRE(watched.wait([&] { return !watched.records.empty(); }));
  watched.recording.cancel_preparation();
  REQUIRE(watched.wait(
      [&] { return watched.has_message("Measuring was stopped") || watched.records.size() == 60; }));
  const std::size_t measured = watched.records.size();
  std::this_thread::sleep_for(20ms);
  watched.take();
  CHECK(watched.records.size() == measured);
  CHECK(watched.status.recording->snapshots == 60);
  CHECK(!watched.status.has_failed);
  CHECK(!watched.status.preparation);
  watched.recording.send(Seek{59});
  REQUIRE(watched.wait([&] { return watched.snapshot != nullptr && watched.snapshot->step() == 59; }));
  if (measured < 60) CHECK(watched.snapshot->metrics.values().empty());
}

TEST_CASE("recording: can be left at any moment") {
  const TemporaryDirectory directory;
  put_steps(directory, {0, 1, 2, 3, 4, 5, 6, 7});
  for (int trial = 0; trial < 40; ++trial) {
    Recording recording(directory.path(), quick(trial % 2 == 0));
    if (trial % 3 == 0) recording.send(Run{});
    if (trial % 4 == 0) recording.send(Seek{trial % 8});
    if (trial % 5 == 0) recording.cancel_preparation();
    std::this_thread::sleep_for(std::chrono::microseconds(trial * 150));
  }
}
