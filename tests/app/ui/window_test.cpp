// The whole window, drawn into memory and driven by scripts: what a user does, without hands.
#include "app/window.h"

#include <doctest/doctest.h>
#include <imgui.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <vector>

#include "app/ui/focus.h"
#include "app/ui/items.h"
#include "app/workspace.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

Config small_config() {
  Config config;
  config.set("task.factors", std::int64_t{2});
  config.set("run.steps", std::int64_t{400});
  return resolve(config);
}

/// A script in a file of its own, gone with the object.
class ScriptFile {
 public:
  explicit ScriptFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("gramscope_window_test_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".txt")) {
    std::ofstream(path_) << text;
  }
  ~ScriptFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs a script on a small paused experiment and calls `check` every frame. False where there is no display.
bool drive(const std::string& text, const std::function<void(Observatory&)>& check,
           bool start_running = false, ImVec2 size = {1440, 900}) {
  const ScriptFile script(text);
  WindowOptions options;
  options.is_hidden = true;
  options.width = static_cast<int>(size.x);
  options.height = static_cast<int>(size.y);
  options.script = script.path();
  options.each_frame = check;
  std::optional<Window> window;
  try {
    window.emplace(options);
  } catch (const DisplayError& error) {
    // A display that is there has to work: what is skipped proves nothing.
    if (std::getenv("DISPLAY") != nullptr) FAIL(std::string(error.what()));
    MESSAGE("skipped: ", std::string(error.what()));
    return false;
  }
  Observatory observatory(small_config(), "small", start_running, SetSpeed{Pace::maximum, 1.4, 60.0});
  window->run(observatory);
  check(observatory);
  return true;
}

}  // namespace

TEST_CASE("window: at the sizes promised every item lies inside its panel") {
  for (const ImVec2 size : {ImVec2{1024, 640}, ImVec2{1440, 900}, ImVec2{2560, 1440}}) {
    CAPTURE(size.x);
    std::set<std::string> clipped;
    drive(
        "wait_finished\nwait_idle\nwait 10\nquit",
        [&](Observatory&) {
          for (const auto& item : items().all())
            if (item.min.x < item.clip_min.x - 1.0f || item.min.y < item.clip_min.y - 1.0f ||
                item.max.x > item.clip_max.x + 1.0f || item.max.y > item.clip_max.y + 1.0f)
              clipped.insert(item.name);
        },
        true, size);
    for (const auto& name : clipped) FAIL_CHECK("outside its panel: ", name);
  }
}

TEST_CASE("window: survives any size") {
  CHECK_NOTHROW(drive(
      "wait 3\nresize 1 1\nwait 3\nresize 50 900\nwait 3\nresize 900 50\nwait 3\nresize 300 200\nwait 3\n"
      "resize 0 0\nwait 3\nresize 4096 2160\nwait 3\nquit",
      [](Observatory&) {}, true));
}

TEST_CASE("window: Space runs and pauses, R goes back to step 0, N takes another seed") {
  std::int64_t furthest = 0;
  std::int64_t last = -1;
  std::int64_t seed = -1;
  if (!drive("wait 5\nkey Space\nwait_finished\nwait 5\nkey R\nwait 30\nkey N\nwait 30\nquit",
             [&](Observatory& observatory) {
               furthest = std::max(furthest, observatory.status().step);
               last = observatory.status().step;
               seed = observatory.config().integer("run.seed");
             }))
    return;
  CHECK(furthest == 400);
  CHECK(last < 400);
  CHECK(seed == 1);
}

TEST_CASE("window: a click on Step takes one step") {
  std::int64_t step = -1;
  if (!drive("wait 5\nclick button.step\nwait_step 1\nwait 5\nclick button.step\nwait_step 2\nwait 5\nquit",
             [&](Observatory& observatory) { step = observatory.status().step; }))
    return;
  CHECK(step == 2);
}

TEST_CASE("window: a slider is set by a drag, by typing, by the arrow keys, and reset by a double click") {
  double dragged = 0.0;
  if (!drive("wait 5\ndrag parameter.model.alpha 20 0\nwait 20\nquit",
             [&](Observatory& o) { dragged = o.config().real("model.alpha"); }))
    return;
  CHECK(dragged > 1.2);

  double typed = 0.0;
  drive("wait 5\nclick value.parameter.model.alpha\nwait 2\ntype 0.375\nkey Enter\nwait 20\nquit",
        [&](Observatory& o) { typed = o.config().real("model.alpha"); });
  CHECK(typed == 0.375);

  double escaped = 0.0;
  drive("wait 5\nctrl_click parameter.model.alpha\nwait 2\ntype 0.375\nkey Escape\nwait 20\nquit",
        [&](Observatory& o) { escaped = o.config().real("model.alpha"); });
  CHECK(escaped == 1.0);

  double reset = 0.0;
  drive("wait 5\nset model.alpha 0.5\nwait 10\ndouble_click parameter.model.alpha 0.9 0.5\nwait 20\nquit",
        [&](Observatory& o) { reset = o.config().real("model.alpha"); });
  CHECK(reset == 1.0);

  double stepped = 0.0;
  drive("wait 5\nclick parameter.model.alpha 0.5 0.5\nkey Tab\nwait 3\nkey Right\nwait 20\nquit",
        [&](Observatory& o) { stepped = o.config().real("model.beta"); });
  CHECK(stepped > 0.2);
  CHECK(stepped < 0.25);

  double refused = 0.0;
  drive("wait 5\nclick value.parameter.model.alpha\nwait 2\ntype 1e9\nkey Enter\nwait 20\nquit",
        [&](Observatory& o) { refused = o.config().real("model.alpha"); });
  CHECK(refused == 1.0);
}

TEST_CASE("window: restarting parameters wait for the mouse to be released") {
  std::set<std::int64_t> segments;
  std::int64_t factors = 0;
  if (!drive("wait 5\ndrag parameter.task.values 12 0 30\nwait 30\nquit", [&](Observatory& o) {
        segments.insert(o.status().segment);
        factors = o.config().integer("task.values");
      }))
    return;
  CHECK(factors > 3);
  CHECK(segments.size() == 2);
}

TEST_CASE("window: shortcuts rest while a control has the keyboard, and Esc gives them back") {
  bool was_running = false;
  if (!drive("wait 5\nclick value.parameter.model.alpha\nwait 2\nkey Space\nwait 10\nquit",
             [&](Observatory& o) { was_running |= o.status().is_running; }))
    return;
  CHECK_FALSE(was_running);
  drive("wait 5\nkey Tab\nwait 3\nkey N\nwait 5\nkey Escape\nwait 3\nkey Space\nwait 10\nquit",
        [&](Observatory& o) { was_running |= o.status().is_running || o.status().step > 0; });
  CHECK(was_running);
}

TEST_CASE("window: Tab reaches every control of the panels, and Space presses the focused button") {
  std::int64_t step = 0;
  // Experiment, Run, Step: the third control is the Step button.
  if (!drive("wait 5\nkey Tab\nwait 2\nkey Tab\nwait 2\nkey Tab\nwait 3\nkey Space\nwait 20\nquit",
             [&](Observatory& o) { step = o.status().step; }))
    return;
  CHECK(step == 1);
}

TEST_CASE("window: F shows the view under the mouse alone, and again all of them") {
  float alone = 0.0f;
  float shared = 0.0f;
  auto watch = [&](Observatory&) {
    if (const auto* view = items().find("view.gram_h")) {
      alone = std::max(alone, view->max.x - view->min.x);
      shared = view->max.x - view->min.x;
    }
  };
  if (!drive("wait 5\nmove view.gram_h\nwait 3\nkey F\nwait 5\nkey F\nwait 5\nquit", watch)) return;
  CHECK(alone > 1.8f * shared);
}

TEST_CASE("window: an item that is not there fails with the nearest names") {
  std::string what;
  try {
    if (!drive("wait 5\nclick button.rnu\nquit", [](Observatory&) {})) return;
  } catch (const RuntimeError& error) {
    what = error.what();
  }
  CHECK(what.find(":2: click: no item \"button.rnu\"") != std::string::npos);
  CHECK(what.find("button.run") != std::string::npos);
}

TEST_CASE("window: the title's list puts another picture in a panel, and the two change places") {
  ImVec2 pca{0, 0};
  ImVec2 gram{0, 0};
  const auto watch = [&](Observatory&) {
    if (const auto* view = items().find("view.pca.scene")) pca = view->min;
    if (const auto* view = items().find("view.gram_h.matrix")) gram = view->min;
  };
  if (!drive("wait 5\nwait_idle\nwait 3\nquit", watch)) return;
  CHECK(pca.y > gram.y);
  drive("wait 5\nwait_idle\nclick panel.1.view\nwait 3\nclick panel.1.view.pca\nwait 5\nquit", watch);
  CHECK(pca.y < gram.y);
}

TEST_CASE("window: a picture from the side panel leaves it while it stands in the centre") {
  float wide = 0.0f;
  if (!drive("wait 5\nwait_idle\nclick panel.4.view\nwait 3\nclick panel.4.view.spectrum\nwait 5\nquit",
             [&](Observatory&) {
               int count = 0;
               for (const auto& item : items().all())
                 if (item.name == "view.spectrum.bars") {
                   ++count;
                   wide = item.max.x - item.min.x;
                 }
               CHECK(count <= 1);
             }))
    return;
  CHECK(wide > 300.0f);
}

TEST_CASE("window: layers and attention say that a model has none, and ask for nothing else") {
  bool says_layers = false;
  bool says_attention = false;
  if (!drive("wait 5\nwait_idle\nclick panel.2.view\nwait 3\nclick panel.2.view.layers\nwait 5\n"
             "click panel.4.view\nwait 3\nclick panel.4.view.attention\nwait 5\nquit",
             [&](Observatory&) {
               says_layers = items().find("label.layers.2") != nullptr;
               says_attention = items().find("label.attention.2") != nullptr;
             }))
    return;
  CHECK(says_layers);
  CHECK(says_attention);
}

TEST_CASE("window: what is pointed at is let go when its view leaves the screen") {
  bool was_pointed_at = false;
  bool is_pointed_at = true;
  if (!drive("wait 5\nwait_idle\nmove view.gram_h.matrix\nwait 3\nkey F\nwait 3\nmove 1 1\nwait 3\nkey F\nwait 3\n"
             "move view.pca\nwait 2\nkey F\nwait 4\nmove 1 1\nwait 4\nquit",
             [&](Observatory& o) {
               is_pointed_at = o.view.selection.hovered_a.has_value();
               was_pointed_at |= is_pointed_at;
             }))
    return;
  CHECK(was_pointed_at);
  CHECK_FALSE(is_pointed_at);
}

TEST_CASE("window: a dropped picture is answered, and the run goes on") {
  std::string said;
  std::int64_t segment = -1;
  const auto path = std::filesystem::temp_directory_path() / "gramscope_window_drop.png";
  std::ofstream(path, std::ios::binary) << "\x89PNG";
  const bool is_drawn = drive("wait 5\ndrop " + path.string() + "\nwait 10\nquit", [&](Observatory& o) {
    if (o.message() != nullptr) said = o.message()->text;
    segment = o.status().segment;
  });
  std::filesystem::remove(path);
  if (!is_drawn) return;
  CHECK(said.find("gramscope_window_drop.png") != std::string::npos);
  CHECK(segment == 0);
}

TEST_CASE("window: a drag is one change, which Ctrl+Z takes back and Ctrl+Y and Ctrl+Shift+Z give again") {
  std::vector<double> seen;
  std::size_t most = 0;
  const auto watch = [&](Observatory& o) {
    const double alpha = o.config().real("model.alpha");
    if (seen.empty() || seen.back() != alpha) seen.push_back(alpha);
    most = std::max(most, o.changes().depth());
  };
  for (const std::string redo : {"ctrl+y", "ctrl+shift+z"}) {
    CAPTURE(redo);
    std::string said;
    seen.clear();
    if (!drive("wait 5\ndrag parameter.model.alpha 40 0 12\nwait 5\nkey ctrl+z\nwait 5\nkey " + redo + "\nwait 5\nquit",
               [&](Observatory& o) {
                 watch(o);
                 if (o.message() != nullptr) said += o.message()->text + "\n";
               }))
      return;
    REQUIRE(seen.size() > 5);
    CHECK(most == 1);
    const double dragged = seen.back();
    CHECK(dragged > 1.2);
    CHECK(seen[seen.size() - 2] == 1.0);
    CHECK(said.find("Undone: sharing " + to_string(Value{dragged}) + " → 1.") != std::string::npos);
    CHECK(said.find("Redone: sharing 1 → " + to_string(Value{dragged}) + ".") != std::string::npos);
  }
}

TEST_CASE("window: the buttons undo and redo what the controls have changed, control by control") {
  std::vector<std::size_t> depths;
  Config begun;
  Config ended;
  if (!drive("wait 5\nclick button.undo\nwait 5\nclick parameter.model.alpha 0.3 0.5\nwait 5\n"
             "set model.beta 0.9\nwait 10\ndouble_click parameter.model.beta 0.7 0.5\nwait 10\n"  // two clicks, one change
             "click value.parameter.optimizer.lr\nwait 2\ntype 3.5\nkey Enter\nwait 5\n"
             "drag parameter.task.values 12 0\nwait 10\n"
             "key N\nwait 10\n"
             "click button.undo\nwait 5\nclick button.undo\nwait 5\nclick button.redo\nwait 5\nclick button.undo\nwait 5\n"
             "click button.undo\nwait 5\nclick button.undo\nwait 5\nclick button.undo\nwait 5\nclick button.undo\nwait 5\n"
             "click button.undo\nwait 5\nquit",
             [&](Observatory& o) {
               if (begun.values().empty()) begun = o.config();
               ended = o.config();
               const auto depth = o.changes().depth();
               if (depths.empty() || depths.back() != depth) depths.push_back(depth);
             }))
    return;
  std::string course;
  for (const auto depth : depths) course += std::to_string(depth) + " ";
  CHECK(ended == begun);
  CHECK(course == "0 1 2 3 4 5 6 5 4 5 4 3 2 1 0 ");
}

TEST_CASE("window: in a text field Ctrl+Z is the field's own") {
  std::size_t least = 9;
  double alpha = 0.0;
  if (!drive("wait 5\nclick parameter.model.alpha 0.3 0.5\nwait 10\nclick value.parameter.model.beta\nwait 3\ntype 1\n"
             "key ctrl+z\nwait 10\nkey Escape\nwait 5\nquit",
             [&](Observatory& o) {
               if (o.config().real("model.alpha") != 1.0) least = std::min(least, o.changes().depth());
               alpha = o.config().real("model.alpha");
             }))
    return;
  CHECK(alpha < 1.0);
  CHECK(least <= 1);
  // With a slider in focus it is the window's.
  drive("wait 5\nclick parameter.model.alpha 0.5 0.5\nwait 5\nkey Tab\nwait 3\nkey Right\nwait 5\nkey ctrl+z\nwait 10\nquit",
        [&](Observatory& o) { alpha = o.config().real("model.beta"); });
  CHECK(alpha == 0.2);
}
