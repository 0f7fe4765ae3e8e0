// How the window looks at its runs, to a file's text and back.
#include "app/commands/view_settings.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <thread>

#include "core/io/toml_config.h"
#include "core/random/philox.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

using namespace gramscope;
using namespace gramscope::app;
using namespace std::chrono_literals;

namespace {

constexpr SetSpeed kViewSpeed{Pace::maximum, 1.4, 60.0};

/// A paused run of two factors and the window's bars and panels, without a window.
struct LookStage {
  explicit LookStage(std::int64_t steps = 50)
      : tree([&] {
          Config config;
          config.set("task.factors", std::int64_t{2});
          config.set("task.values", std::int64_t{3});
          config.set("run.steps", steps);
          return std::make_unique<Observatory>(resolve(config), "probe", false, kViewSpeed);
        }()),
        workspace(ExperimentSource{}) {}

  ViewState& view() { return tree.shown().view; }
  const Task& task() const { return tree.shown().task(); }
  ViewTable table() const { return view_table(tree, workspace); }
  void apply(const ViewTable& table) { apply_view(table, tree, workspace); }

  RunTree tree;
  Workspace workspace;
};

/// What a file's table of that text says.
ViewTable read_look(const std::string& text) { return parse_view(TomlDocument(text, "look.toml")); }

/// The same through the text of a file.
ViewTable reread_look(const ViewTable& table) { return read_look(view_toml(table)); }

/// What is said to a table with these lines; empty where it is taken.
std::string look_complaint(LookStage& stage, const std::string& lines) {
  try {
    stage.apply(read_look("[view]\n" + lines));
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool is_same_look(const ViewState& a, const ViewState& b) {
  const auto is_same_zoom = [](const MatrixZoom& one, const MatrixZoom& other) {
    return one.left() == other.left() && one.top() == other.top() && one.span() == other.span();
  };
  return a.order == b.order && a.colour == b.colour && a.theory_order == b.theory_order && a.layer == b.layer &&
         a.show_labels == b.show_labels && a.target == b.target && a.is_difference == b.is_difference &&
         a.camera == b.camera && a.selection == b.selection && is_same_zoom(a.context_zoom, b.context_zoom) &&
         is_same_zoom(a.word_zoom, b.word_zoom);
}

}  // namespace

TEST_CASE("view settings: a new window's come back as they are") {
  LookStage stage;
  const auto table = stage.table();
  LookStage other;
  other.apply(reread_look(table));
  CHECK(is_same_look(other.view(), stage.view()));
  CHECK(view_toml(other.table()) == view_toml(table));
}

TEST_CASE("view settings: everything comes back through a file to the last bit") {
  Random random(7);
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    const auto share = [&] { return random.uniform(); };
    const auto pick = [&](int count) { return std::min(count - 1, static_cast<int>(share() * count)); };
    LookStage stage;
    ViewState& view = stage.view();
    const auto allowed = groupings(stage.task());
    view.order = allowed[static_cast<std::size_t>(pick(static_cast<int>(allowed.size())))];
    view.colour = allowed[static_cast<std::size_t>(pick(static_cast<int>(allowed.size())))];
    view.theory_order = {Grouping::By::next_word};
    view.layer = pick(5) - 1;
    view.show_labels = pick(2) == 0;
    view.is_difference = pick(2) == 0;
    if (pick(3) > 0) view.target = static_cast<TargetKind>(pick(static_cast<int>(kTargetKinds)));
    view.camera = {static_cast<float>(100.0 * (share() - 0.5)), static_cast<float>(3.0 * (share() - 0.5)),
                   static_cast<float>(0.2 + 19.0 * share()), static_cast<float>(1000.0 * (share() - 0.5)),
                   static_cast<float>(1.0 / (1.0 + 1e6 * share()))};
    view.context_zoom.adopt(stage.task().contexts);
    view.context_zoom.zoom(1.0 + share(), share(), share(), share(), share());
    view.word_zoom.adopt(100);
    view.word_zoom.zoom(1.0 + 20.0 * share(), share(), share(), share(), share());
    if (pick(2) == 0) view.selection.context_a = pick(static_cast<int>(stage.task().contexts));
    if (pick(2) == 0) view.selection.context_b = pick(static_cast<int>(stage.task().contexts));
    const SetSpeed speed{static_cast<Pace>(pick(3)), 0.05 + 59.0 * share(), 1e-3 + 1e6 * share()};
    stage.tree.shown().set_speed(speed);
    stage.tree.set_scope(static_cast<ChangeScope>(pick(3)));
    stage.workspace.set_centre({"layers", "modes", "gram_h", "pca"});
    if (pick(2) == 0) stage.workspace.set_full_view("timeline");

    LookStage other;
    other.view().target = TargetKind::semantic;  // what a table is silent about is not there
    other.view().selection.context_a = 1;
    other.workspace.set_full_view("pca");
    other.apply(reread_look(stage.table()));
    CHECK(is_same_look(other.view(), view));
    CHECK(other.tree.shown().speed() == speed);
    CHECK(other.tree.scope() == stage.tree.scope());
    CHECK(other.workspace.centre() == stage.workspace.centre());
    CHECK(other.workspace.full_view() == stage.workspace.full_view());
    CHECK(view_toml(other.table()) == view_toml(stage.table()));
  }
}

TEST_CASE("view settings: what can be read by people can be written by them") {
  LookStage stage;
  CHECK(view_toml(stage.table()).find("azimuth = 0.7\n") != std::string::npos);
  CHECK(view_toml(stage.table()).find("panels = [\"gram_h\", \"target\", \"pca\", \"gram_w\"]\n") != std::string::npos);
  const std::string factor = stage.task().factors[1].name;
  CHECK(look_complaint(stage, "order = \"" + factor + "\"\nzoom = 2\nlabels = false") == "");
  CHECK(stage.view().order == Grouping{Grouping::By::factor, 1});
  CHECK(stage.view().camera.zoom == 2.0f);
  CHECK(stage.view().camera.azimuth == 0.7f);  // not named: as it was
  CHECK_FALSE(stage.view().show_labels);
  CHECK(look_complaint(stage, "order = \"factor_1\"") == "");
  CHECK(stage.view().order == Grouping{Grouping::By::factor, 0});
}

TEST_CASE("view settings: a zoomed matrix stays zoomed when it is drawn") {
  LookStage stage;
  CHECK(look_complaint(stage, "context_zoom = [0.25, 0.125, 0.5]") == "");
  MatrixZoom zoom = stage.view().context_zoom;
  zoom.adopt(81);
  CHECK(zoom.left() == 0.25);
  CHECK(zoom.top() == 0.125);
  CHECK(zoom.span() == 0.5);
  zoom.adopt(82);
  CHECK(zoom.is_whole());
}

TEST_CASE("view settings: an empty table changes nothing, a preset has none") {
  LookStage stage;
  stage.view().selection.context_a = 2;
  stage.workspace.set_full_view("pca");
  stage.apply(ViewTable{});
  CHECK(stage.view().selection.context_a == 2);
  CHECK(stage.workspace.full_view() == "pca");
}

TEST_CASE("view settings: what is wrong is named with its line, and nothing has changed") {
  struct Wrong {
    std::string line;
    std::string says;
  };
  LookStage stage;
  const std::string before = view_toml(stage.table());
  const std::string most = std::to_string(stage.task().contexts - 1);
  const std::vector<Wrong> wrong{
      {"colours = \"label\"", "view.colours: is not a key of this file; nearest: colour"},
      {"panels = [\"gram_h\", \"target\", \"pca\"]", "view.panels: names 3 pictures, there are 4 panels"},
      {"panels = [\"gram_h\", \"target\", \"gram_h\", \"pca\"]", "view.panels: \"gram_h\" stands in two panels"},
      {"panels = [\"gram_h\", \"target\", \"timeline\", \"pca\"]", "view.panels: \"timeline\" is no picture; nearest: "},
      {"panels = 3", "view.panels = 3: must be a list of texts"},
      {"full_view = \"gram_hh\"", "view.full_view: \"gram_hh\" is no view; nearest: gram_h"},
      {"order = \"colr\"", "view.order: \"colr\" is none of "},
      {"target = \"nothing\"", "view.target: \"nothing\" is none of semantic, symmetric, proxy, max_margin"},
      {"difference = 1", "view.difference = 1: must be true or false"},
      {"layer = -2", "view.layer = -2: must be a whole number from -1 to 1000"},
      {"labels = \"yes\"", "view.labels = \"yes\": must be true or false"},
      {"azimuth = 1e7", "must be a number from -1000000 to 1000000"},
      {"azimuth = nan", "must be a number from -1000000 to 1000000"},
      {"elevation = -1.6", "view.elevation = -1.6: must be a number from -1.5 to 1.5"},
      {"zoom = 0.1", "view.zoom = 0.1: must be a number from 0.2 to 20"},
      {"pan = [1]", "view.pan: must be a list of 2 numbers"},
      {"context_zoom = [0.2, 0.2, 1.5]", "view.context_zoom: must be a list of 3 numbers from 0 to 1"},
      {"context_zoom = [0.2, 0.2, 0]", "view.context_zoom: the third number, the side of the part that is seen, must be above 0"},
      {"word_zoom = [0.6, 0.2, 0.5]", "view.word_zoom: the part ends outside the matrix: the first two numbers must be at most 0.5"},
      {"selected = " + std::to_string(stage.task().contexts), "must be a whole number from 0 to " + most},
      {"selected_with = -1", "must be a whole number from 0 to " + most},
      {"playhead = -5", "view.playhead = -5: must be a whole number from 0 to"},
      {"playhead = 1.5", "view.playhead = 1.5: must be a whole number from 0 to"},
      {"pace = \"fast\"", "view.pace: \"fast\" is none of log_time, steps_per_second, maximum"},
      {"seconds_per_doubling = 100", "must be a number from 0.05 to 60"},
      {"steps_per_second = 0", "view.steps_per_second: must be above 0"},
      {"steps_per_second = 2e9", "must be a number from 0 to 1000000000"},
      {"scope = \"left\"", "view.scope: \"left\" is none of both, shown, beside"},
  };
  for (const auto& [line, says] : wrong) {
    // What stands before it is right, and yet not done.
    const std::string said = look_complaint(stage, (line.starts_with("zoom") ? "" : "zoom = 3\n") + std::string() + line);
    const std::string at = line.starts_with("zoom") ? "look.toml:2: " : "look.toml:3: ";
    CHECK_MESSAGE(said.starts_with(at), line, " -> ", said);
    CHECK_MESSAGE(said.find(says) != std::string::npos, line, " -> ", said);
    CHECK(view_toml(stage.table()) == before);
  }
}

TEST_CASE("view settings: the playhead stands in the past again, and without one at the run") {
  LookStage stage(300);
  const auto wait_for = [&](const std::function<bool()>& condition) {
    for (int i = 0; i < 60'000; ++i) {
      stage.tree.update();
      if (condition()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  };
  stage.tree.shown().run();
  REQUIRE(wait_for([&] { return stage.tree.shown().status().state != Engine::State::ready; }));
  REQUIRE(wait_for([&] { return !stage.tree.shown().records().empty() && stage.tree.shown().records().back().step() == 300; }));
  const auto live = stage.table();
  CHECK(live.find("playhead") == nullptr);
  stage.tree.shown().seek(100);
  REQUIRE(stage.tree.shown().is_in_past());
  const auto step = stage.tree.shown().playhead();
  const auto past = reread_look(stage.table());
  stage.apply(live);
  CHECK_FALSE(stage.tree.shown().is_in_past());
  stage.apply(past);
  CHECK(stage.tree.shown().is_in_past());
  CHECK(stage.tree.shown().playhead() == step);
}
