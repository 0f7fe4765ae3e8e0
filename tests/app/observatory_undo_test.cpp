// What the window undoes of a run that goes on by itself.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/observatory.h"
#include "tests/app/fake_recording.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

Config undone_config(std::int64_t steps = 1'000'000'000) {
  Config config;
  config.set("task.factors", std::int64_t{2});
  config.set("run.steps", steps);
  config.set("run.max_margin", std::string("never"));
  return resolve(config);
}

/// Updates until `is_so`; false if it takes longer than anything here should.
template <class IsSo>
bool becomes(Observatory& observatory, const IsSo& is_so) {
  for (int i = 0; i < 4000; ++i) {
    observatory.update();
    if (is_so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

/// A text that takes a while to count, gone with the object.
class LongText {
 public:
  LongText()
      : path_(std::filesystem::temp_directory_path() /
              ("gramscope_undo_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".txt")) {
    std::ofstream file(path_);
    for (int i = 0; i < 400'000; ++i)
      file << "word" << i % 9973 << " of" << i % 31 << " line" << i % 127 << (i % 12 == 11 ? ".\n" : " ");
  }
  ~LongText() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("observatory: changes, drags and new seeds of a run that goes on are undone one by one") {
  Observatory observatory(undone_config(), "endless", true, SetSpeed{Pace::maximum, 1.4, 60.0});
  REQUIRE(becomes(observatory, [&] { return observatory.status().step > 50; }));
  const Config begun = observatory.config();
  for (int i = 1; i <= 40; ++i) {
    observatory.set_parameter("model.alpha", Value{1.0 + 0.02 * i}, Hand::on);
    observatory.update();
  }
  observatory.end_gesture();
  observatory.set_parameter("optimizer.kind", Value{std::string("momentum")});
  observatory.new_seed();
  REQUIRE(becomes(observatory, [&] { return observatory.changes().depth() == 3; }));
  CHECK(change_text(*observatory.changes().next_undo()) == "Seed 0 → 1");
  REQUIRE(becomes(observatory, [&] { return observatory.status().step > 100; }));
  // All at once: each waits for the one before it.
  for (int i = 0; i < 3; ++i) observatory.undo();
  REQUIRE(becomes(observatory, [&] { return observatory.changes().redo_depth() == 3; }));
  CHECK(observatory.config() == begun);
  CHECK(observatory.changes().depth() == 0);
  CHECK(observatory.message()->text == "Undone: sharing 1.8 → 1.");
  observatory.undo();
  CHECK(observatory.message()->text == "Nothing to undo.");
  for (int i = 0; i < 3; ++i) observatory.redo();
  REQUIRE(becomes(observatory, [&] { return observatory.changes().depth() == 3; }));
  CHECK(observatory.config().integer("run.seed") == 1);
  CHECK(observatory.config().text("optimizer.kind") == "momentum");
  CHECK(observatory.config().real("model.alpha") == 1.8);
}

TEST_CASE("observatory: an undo right after a change waits for its answer") {
  Observatory observatory(undone_config(), "endless", false, SetSpeed{});
  const Config begun = observatory.config();
  observatory.set_parameter("task.factors", Value{std::int64_t{3}});
  observatory.undo();
  REQUIRE(becomes(observatory, [&] { return observatory.changes().redo_depth() == 1; }));
  CHECK(observatory.config() == begun);
}

TEST_CASE("observatory: a run is undone after it has ended, and what it says is what was undone") {
  Observatory observatory(undone_config(60), "short", true, SetSpeed{Pace::maximum, 1.4, 60.0});
  observatory.set_parameter("optimizer.kind", Value{std::string("momentum")});
  REQUIRE(becomes(observatory, [&] { return observatory.status().state == Engine::State::finished; }));
  // Going on is the engine's own, and stays.
  observatory.run();
  REQUIRE(becomes(observatory, [&] { return observatory.config().integer("run.steps") == 120; }));
  REQUIRE(becomes(observatory, [&] { return observatory.status().step == 120; }));
  observatory.undo();
  REQUIRE(becomes(observatory, [&] { return observatory.changes().redo_depth() == 1; }));
  for (int i = 0; i < 20; ++i) {  // the engine's own words on what has moved along are not told
    observatory.update();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(observatory.message()->text == "Undone: method Momentum → Gradient descent.");
  CHECK(observatory.config().integer("run.steps") == 120);
  CHECK(observatory.config().text("optimizer.kind") == "gd");
}

TEST_CASE("observatory: a file that cannot be read is no change, and the control has its value back") {
  Observatory observatory(undone_config(), "endless", false, SetSpeed{});
  observatory.set_parameter("model.weights", Value{std::string("/nowhere/weights.safetensors")});
  REQUIRE(becomes(observatory, [&] { return observatory.message() != nullptr; }));
  REQUIRE(becomes(observatory, [&] { return observatory.config().text("model.weights").empty(); }));
  CHECK(observatory.changes().next_undo() == nullptr);
}

TEST_CASE("observatory: undo stops the making of a task that it would undo") {
  const LongText text;
  Observatory observatory(undone_config(), "endless", false, SetSpeed{});
  const Config begun = observatory.config();
  Config config = with_change(begun, "task.kind", std::string("corpus"), nullptr);
  config.set("task.path", text.path());
  observatory.load(config, "long");
  // Where it was made before it was seen to be in the making, it is undone.
  REQUIRE(becomes(observatory, [&] { return observatory.status().preparation || observatory.preset() == "long"; }));
  observatory.undo();
  REQUIRE(becomes(observatory, [&] { return !observatory.status().preparation && !observatory.changes().is_under_way(); }));
  REQUIRE(becomes(observatory, [&] { return observatory.preset() == "endless"; }));
  CHECK(observatory.config() == begun);
  CHECK(observatory.changes().next_undo() == nullptr);
}

TEST_CASE("observatory: another experiment is undone with its name; a recording has nothing to undo") {
  Observatory observatory(undone_config(), "endless", false, SetSpeed{});
  observatory.set_parameter("model.alpha", Value{0.5});
  REQUIRE(becomes(observatory, [&] { return observatory.changes().depth() == 1; }));
  const Config before = observatory.config();
  observatory.load(undone_config(77), "other");
  REQUIRE(becomes(observatory, [&] { return observatory.changes().depth() == 2; }));
  observatory.undo();
  REQUIRE(becomes(observatory, [&] { return observatory.changes().redo_depth() == 1; }));
  CHECK(observatory.preset() == "endless");
  CHECK(observatory.config() == before);

  auto recording = std::make_unique<FakeRecording>(RecordingPlan{}, std::make_shared<FakeRecording::Log>());
  recording->finish_reading();
  observatory.open(std::move(recording));
  REQUIRE(becomes(observatory, [&] { return observatory.is_recording(); }));
  CHECK(observatory.changes().next_undo() == nullptr);
  CHECK(observatory.changes().next_redo() == nullptr);
  observatory.undo();
  observatory.redo();
  observatory.update();
  CHECK(observatory.is_recording());
}
