// The window on a recording, driven by scripts: what a user does with the playhead, without hands.
#include <doctest/doctest.h>
#include <imgui.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "app/ui/items.h"
#include "app/window.h"
#include "tests/app/fake_recording.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

using Log = FakeRecording::Log;

/// Runs a script on a recording and calls `check` every frame. False where there is no display.
bool drive(const RecordingPlan& plan, const std::string& text, const std::shared_ptr<Log>& log,
           const std::function<void(Observatory&)>& check, ImVec2 size = {1440, 900}) {
  const auto path = std::filesystem::temp_directory_path() / "gramscope_recording_window_test.txt";
  std::ofstream(path) << text;
  WindowOptions options;
  options.is_hidden = true;
  options.width = static_cast<int>(size.x);
  options.height = static_cast<int>(size.y);
  options.script = path;
  options.each_frame = check;
  options.experiments.list = [] { return std::vector<PresetItem>{{"collapse", "Collapse", "A summary."}}; };
  std::optional<Window> window;
  try {
    window.emplace(options);
  } catch (const DisplayError& error) {
    if (std::getenv("DISPLAY") != nullptr) FAIL(std::string(error.what()));
    MESSAGE("skipped: ", std::string(error.what()));
    return false;
  }
  auto source = std::make_unique<FakeRecording>(plan, log);
  source->finish_reading();
  Observatory observatory(std::move(source), SetSpeed{});
  items().begin_frame();  // nothing of a window before
  window->run(observatory);
  check(observatory);
  std::filesystem::remove(path);
  return true;
}

}  // namespace

TEST_CASE("window of a recording: every item lies inside its panel, and what only a run has is not there") {
  RecordingPlan plan;
  plan.has_w = plan.has_factors = false;
  for (const ImVec2 size : {ImVec2{1024, 640}, ImVec2{1440, 900}, ImVec2{2560, 1440}}) {
    CAPTURE(size.x);
    std::set<std::string> clipped;
    std::set<std::string> seen;
    if (!drive(plan, "wait_idle\nwait 5\nseek 0\nwait 5\nquit", std::make_shared<Log>(),
               [&](Observatory&) {
                 for (const auto& item : items().all()) {
                   seen.insert(item.name);
                   if (item.min.x < item.clip_min.x - 1.0f || item.min.y < item.clip_min.y - 1.0f ||
                       item.max.x > item.clip_max.x + 1.0f || item.max.y > item.clip_max.y + 1.0f)
                     clipped.insert(item.name);
                 }
               },
               size))
      return;
    for (const auto& name : clipped) FAIL_CHECK("outside its panel: ", name);
    for (const char* name : {"button.run", "button.step", "button.step_back", "toggle.follow", "timeline.handle",
                             "button.live", "recording.path", "recording.array.H", "recording.array.W", "badge.phase",
                             "picker.experiment"})
      CHECK_MESSAGE(seen.contains(name), std::string(name));
    for (const char* name : {"button.restart", "button.new_seed", "parameter.optimizer.lr", "reading.seed"})
      CHECK_MESSAGE(!seen.contains(name), std::string(name));
  }
}

TEST_CASE("window of a recording: keys and buttons step through it") {
  const auto log = std::make_shared<Log>();
  std::int64_t last = -1;
  if (!drive({}, "wait_idle\nkey Left\nwait 2\nkey Left\nwait 2\nkey .\nwait 2\nkey ,\nwait 2\nkey Home\nwait 2\nkey Right\n"
                 "wait 2\nkey End\nwait 2\nclick button.step_back\nwait 2\nkey R\nkey N\nwait 2\nquit",
             log, [&](Observatory& observatory) { last = observatory.playhead(); }))
    return;
  CHECK(log->heard == std::vector<std::string>{"seek 100", "seek 10", "seek 100", "seek 10", "seek 0", "seek 10", "live",
                                               "seek 100"});
  CHECK(last == 100);
}

TEST_CASE("window of a recording: the playhead follows the hand, by its handle or a click, and comes back with a button") {
  const auto log = std::make_shared<Log>();
  std::int64_t lowest = 1'000'000;
  std::int64_t last = -1;
  if (!drive({}, "wait_idle\ndrag timeline.handle -3000 0 6\nwait 3\nclick button.live\nwait 3\nclick timeline 0.33 0.5\nwait 3\n"
                 "click button.live\nwait 3\nquit",
             log, [&](Observatory& observatory) {
               lowest = std::min(lowest, observatory.playhead());
               last = observatory.playhead();
             }))
    return;
  CHECK(lowest == 0);
  CHECK(last == 1000);
  // A third of the way along log(1 + step) from 0 to 1000 is step 9.
  CHECK(std::find(log->heard.begin(), log->heard.end(), "seek 10") != log->heard.end());
  CHECK(std::count(log->heard.begin(), log->heard.end(), "live") == 2);
}

TEST_CASE("window of a recording: Space plays and pauses, the switch follows") {
  const auto log = std::make_shared<Log>();
  if (!drive({}, "wait_idle\nkey Space\nwait 3\nkey Space\nwait 3\nclick toggle.follow\nwait 3\nfollow off\nwait 2\nquit", log,
             [](Observatory&) {}))
    return;
  CHECK(log->heard == std::vector<std::string>{"play", "pause", "follow", "stop following"});
}

TEST_CASE("window of a recording: with one snapshot there is nothing to play or to drag") {
  RecordingPlan plan;
  plan.steps = {5};
  std::set<std::string> seen;
  if (!drive(plan, "wait_idle\nwait 5\nkey Left\nwait 2\nquit", std::make_shared<Log>(), [&](Observatory&) {
        seen.clear();
        for (const auto& item : items().all()) seen.insert(item.name);
      }))
    return;
  CHECK(seen.contains("view.timeline"));
  for (const char* name : {"button.run", "button.step", "timeline.handle", "button.live"})
    CHECK_MESSAGE(!seen.contains(name), std::string(name));
}
