// Every view on recordings that lack something: nothing crashes, and what is missing is named.
#include <doctest/doctest.h>
#include <imgui.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/gl/offscreen.h"
#include "app/view_picture.h"
#include "app/views/recording_panel.h"
#include "app/views/view.h"
#include "tests/app/fake_recording.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

struct NamedPlan {
  const char* name;
  RecordingPlan plan;
};

std::vector<NamedPlan> lacking_plans() {
  RecordingPlan everything;
  std::vector<NamedPlan> plans{{"everything", everything}};
  const auto add = [&](const char* name, auto change) {
    RecordingPlan plan = everything;
    change(plan);
    plans.push_back({name, plan});
  };
  add("no W", [](auto& p) { p.has_w = false; });
  add("no labels", [](auto& p) { p.has_labels = false; });
  add("no factors", [](auto& p) { p.has_factors = false; });
  add("no names", [](auto& p) { p.has_names = false; });
  add("labels alone", [](auto& p) { p.has_w = p.has_factors = p.has_names = false; });
  add("factors alone", [](auto& p) { p.has_w = p.has_labels = p.has_names = false; });
  add("H alone", [](auto& p) { p.has_w = p.has_labels = p.has_factors = p.has_names = false; });
  add("one row", [](auto& p) { p.rows = 1, p.classes = 1; });
  add("one dimension", [](auto& p) { p.dimension = 1; });
  add("one class", [](auto& p) { p.classes = 1; });
  add("one row of one dimension, H alone", [](auto& p) {
    p.rows = p.dimension = 1;
    p.has_w = p.has_labels = p.has_factors = p.has_names = false;
  });
  add("equal rows", [](auto& p) { p.is_constant = true; });
  add("a class for each row", [](auto& p) { p.classes = p.rows; });
  add("classes without rows", [](auto& p) { p.classes = 2 * p.rows; });
  add("one step", [](auto& p) { p.steps = {42}; });
  return plans;
}

std::unique_ptr<Observatory> observatory_on(const RecordingPlan& plan) {
  auto source = std::make_unique<FakeRecording>(plan, std::make_shared<FakeRecording::Log>());
  source->finish_reading();
  return std::make_unique<Observatory>(std::move(source), SetSpeed{});
}

std::unique_ptr<ViewPicture> picture_if_display(const std::string& key) {
  try {
    return std::make_unique<ViewPicture>(key, 420, 320);
  } catch (const DisplayError& error) {
    if (std::getenv("DISPLAY") != nullptr) FAIL(std::string(error.what()));
    MESSAGE("skipped: ", std::string(error.what()));
    return nullptr;
  }
}

std::vector<std::string> missing_of(const RecordingPlan& plan) {
  std::vector<std::string> names;
  for (const auto& array : missing_arrays(*observatory_on(plan)->snapshot())) names.push_back(array.name);
  return names;
}

}  // namespace

TEST_CASE("recordings: every view draws whatever the files lack, under the mouse and at other steps too") {
  const auto plans = lacking_plans();
  for (const auto& entry : view_entries()) {
    CAPTURE(entry.key);
    const auto picture = picture_if_display(entry.key);
    if (picture == nullptr) return;
    for (const auto& [name, plan] : plans) {
      CAPTURE(name);
      const auto observatory = observatory_on(plan);
      ImGui::GetIO().MousePos = {-1e6f, -1e6f};
      // What a view asks for comes a frame later.
      REQUIRE_NOTHROW(picture->draw_frame(*observatory));
      observatory->view.selection.context_a = 0;
      ImGui::GetIO().MousePos = {210, 160};
      REQUIRE_NOTHROW(picture->draw_frame(*observatory));
      observatory->seek(10);
      ImGui::GetIO().MousePos = {120, 110};
      REQUIRE_NOTHROW(picture->draw_frame(*observatory));
    }
  }
}

TEST_CASE("recordings: the arrays that are missing are named, in the order of the format") {
  RecordingPlan plan;
  CHECK(missing_of(plan).empty());
  plan.has_w = plan.has_labels = plan.has_factors = plan.has_names = false;
  CHECK(missing_of(plan) == std::vector<std::string>{"W", "labels", "factors", "names"});
  plan.has_labels = true;
  CHECK(missing_of(plan) == std::vector<std::string>{"W", "factors", "names"});
}
