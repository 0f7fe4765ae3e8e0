#include "app/commands/view_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/context_groups.h"
#include "app/views/orbit_scene.h"
#include "app/views/top_bar.h"
#include "app/views/view.h"
#include "core/registry/registry.h"

namespace gramscope::app {
namespace {

constexpr std::array<std::string_view, 22> kViewKeys{
    "panels",       "full_view", "order",    "colour",        "theory_order", "target", "difference",
    "layer",        "labels",    "azimuth",  "elevation",     "zoom",         "pan",    "context_zoom",
    "word_zoom",    "selected",  "selected_with", "playhead", "pace",         "seconds_per_doubling",
    "steps_per_second", "scope"};

using TableEntry = gramscope::ViewEntry;  // what the window calls so is one of its views

/// Of a network; more than any has.
constexpr std::int64_t kMostLayers = 1000;
/// A hand would have to turn and push for years to come further: radians, pixels.
constexpr double kFarthest = 1e6;

/// The word of each value in a file.
template <class T>
struct Word {
  T value;
  std::string_view word;
};

constexpr std::array<Word<TargetKind>, kTargetKinds> kTargetWords{{{TargetKind::semantic, "semantic"},
                                                                   {TargetKind::symmetric, "symmetric"},
                                                                   {TargetKind::proxy, "proxy"},
                                                                   {TargetKind::max_margin, "max_margin"}}};
constexpr std::array<Word<Pace>, 3> kPaceWords{{{Pace::log_time, "log_time"},
                                                {Pace::steps_per_second, "steps_per_second"},
                                                {Pace::maximum, "maximum"}}};
constexpr std::array<Word<ChangeScope>, 3> kScopeWords{
    {{ChangeScope::both, "both"}, {ChangeScope::shown, "shown"}, {ChangeScope::beside, "beside"}}};
constexpr std::array<Word<Grouping::By>, 4> kGroupingWords{{{Grouping::By::label, "label"},
                                                            {Grouping::By::next_word, "next_word"},
                                                            {Grouping::By::support, "support"},
                                                            {Grouping::By::nothing, "as_given"}}};

template <class T, std::size_t n>
std::string word_of(const std::array<Word<T>, n>& words, T value) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const Word<T>& one) { return one.value == value; });
  return std::string(found->word);
}

template <class T, std::size_t n>
T value_of(const ViewTable& table, const TableEntry& entry, const std::array<Word<T>, n>& words) {
  const std::string& text = table.text(entry);
  const auto found = std::find_if(words.begin(), words.end(), [&](const Word<T>& one) { return one.word == text; });
  if (found != words.end()) return found->value;
  std::vector<std::string_view> all;
  for (const auto& one : words) all.push_back(one.word);
  table.fail(entry, fmt::format("\"{}\" is none of {}", text, fmt::join(all, ", ")));
}

/// The real that is written for a float: its shortest decimal where that gives the float back, so that 0.7 is 0.7.
double readable(float value) {
  std::array<char, 64> text{};
  const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), value);
  double real = 0.0;
  if (problem != std::errc() || std::from_chars(text.data(), end, real).ec != std::errc()) return static_cast<double>(value);
  return static_cast<float>(real) == value ? real : static_cast<double>(value);
}

/// A grouping by its word, which no factor takes from it, by the factor's name, or "factor_2": the second, where names do not
/// tell.
std::optional<Grouping> grouping_named(const Task& task, const std::string& key) {
  for (const auto& [by, word] : kGroupingWords)
    if (word == key) return Grouping{by, 0};
  const auto count = static_cast<int>(task.factors.size());
  for (int i = 0; i < count; ++i)
    if (grouping_key(task, {Grouping::By::factor, i}) == key) return Grouping{Grouping::By::factor, i};
  for (int i = 0; i < count; ++i)
    if (fmt::format("factor_{}", i + 1) == key) return Grouping{Grouping::By::factor, i};
  return std::nullopt;
}

std::string grouping_text(const Task& task, const Grouping& wanted) {
  const bool is_lost = wanted.by == Grouping::By::factor && wanted.factor >= static_cast<int>(task.factors.size());
  // A factor of a task that is no more: what stands in for it.
  const Grouping grouping = is_lost ? fitting(task, wanted) : wanted;
  if (grouping.by != Grouping::By::factor) return word_of(kGroupingWords, grouping.by);
  const std::string key = grouping_key(task, grouping);
  return grouping_named(task, key) == grouping ? key : fmt::format("factor_{}", grouping.factor + 1);
}

Grouping grouping_of(const ViewTable& table, const TableEntry& entry, const Task& task) {
  const std::string& text = table.text(entry);
  if (const auto grouping = grouping_named(task, text)) return *grouping;
  std::vector<std::string> all;
  for (int i = 0; i < static_cast<int>(task.factors.size()); ++i) all.push_back(grouping_text(task, {Grouping::By::factor, i}));
  for (const auto& one : kGroupingWords) all.emplace_back(one.word);
  table.fail(entry, fmt::format("\"{}\" is none of {}", text, fmt::join(all, ", ")));
}

std::vector<double> zoom_values(const MatrixZoom& zoom) { return {zoom.left(), zoom.top(), zoom.span()}; }

MatrixZoom zoom_of(const ViewTable& table, const TableEntry& entry) {
  const auto values = table.reals(entry, 3, 0.0, 1.0);
  const double left = values[0];
  const double top = values[1];
  const double span = values[2];
  if (span == 0.0) table.fail(entry, "the third number, the side of the part that is seen, must be above 0");
  if (left > 1.0 - span || top > 1.0 - span)
    table.fail(entry, fmt::format("the part ends outside the matrix: the first two numbers must be at most {} here", 1.0 - span));
  MatrixZoom zoom;
  zoom.show(left, top, span);
  return zoom;
}

/// The view of that key, which must be there, and a picture where only those can stand.
std::string view_key(const ViewTable& table, const TableEntry& entry, const std::string& key, bool is_picture) {
  const auto* view = find_view_entry(key);
  if (view != nullptr && (view->is_picture || !is_picture)) return key;
  std::vector<std::string> names;
  for (const auto& one : view_entries())
    if (one.is_picture || !is_picture) names.push_back(one.key);
  table.fail(entry, fmt::format("\"{}\" is no {}; nearest: {}", key, is_picture ? "picture" : "view",
                                fmt::join(nearest_names(key, names), ", ")));
}

std::array<std::string, 4> panels_of(const ViewTable& table, const TableEntry& entry) {
  const auto& texts = table.texts(entry);
  std::array<std::string, 4> panels;
  if (texts.size() != panels.size())
    table.fail(entry, fmt::format("names {} pictures, there are {} panels", texts.size(), panels.size()));
  for (std::size_t i = 0; i < panels.size(); ++i) {
    panels[i] = view_key(table, entry, texts[i], true);
    if (std::find(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(i), texts[i]) !=
        texts.begin() + static_cast<std::ptrdiff_t>(i))
      table.fail(entry, fmt::format("\"{}\" stands in two panels", texts[i]));
  }
  return panels;
}

/// All that a table says, read and checked, over what there is.
struct ViewSettings {
  std::array<std::string, 4> panels;
  std::string full_view;
  ViewState view;
  std::optional<std::int64_t> playhead;
  SetSpeed speed;
  ChangeScope scope = ChangeScope::both;
};

void read_camera(const ViewTable& table, Camera& camera) {
  const auto real = [&](std::string_view key, float& value, double least, double most) {
    if (const auto* entry = table.find(key)) value = static_cast<float>(table.real(*entry, least, most));
  };
  real("azimuth", camera.azimuth, -kFarthest, kFarthest);
  real("elevation", camera.elevation, -kSteepest, kSteepest);
  real("zoom", camera.zoom, readable(kLeastZoom), readable(kMostZoom));
  if (const auto* entry = table.find("pan")) {
    const auto pan = table.reals(*entry, 2, -kFarthest, kFarthest);
    camera.pan_x = static_cast<float>(pan[0]);
    camera.pan_y = static_cast<float>(pan[1]);
  }
}

void read_view(const ViewTable& table, const Task& task, ViewState& view) {
  if (const auto* entry = table.find("order")) view.order = grouping_of(table, *entry, task);
  if (const auto* entry = table.find("colour")) view.colour = grouping_of(table, *entry, task);
  if (const auto* entry = table.find("theory_order")) view.theory_order = grouping_of(table, *entry, task);
  view.target.reset();
  if (const auto* entry = table.find("target")) view.target = value_of(table, *entry, kTargetWords);
  if (const auto* entry = table.find("difference")) view.is_difference = table.flag(*entry);
  if (const auto* entry = table.find("layer")) view.layer = static_cast<int>(table.integer(*entry, -1, kMostLayers));
  if (const auto* entry = table.find("labels")) view.show_labels = table.flag(*entry);
  read_camera(table, view.camera);
  if (const auto* entry = table.find("context_zoom")) view.context_zoom = zoom_of(table, *entry);
  if (const auto* entry = table.find("word_zoom")) view.word_zoom = zoom_of(table, *entry);
  view.selection.clear();
  if (const auto* entry = table.find("selected")) view.selection.context_a = table.integer(*entry, 0, task.contexts - 1);
  if (const auto* entry = table.find("selected_with")) view.selection.context_b = table.integer(*entry, 0, task.contexts - 1);
}

void read_speed(const ViewTable& table, SetSpeed& speed) {
  if (const auto* entry = table.find("pace")) speed.pace = value_of(table, *entry, kPaceWords);
  if (const auto* entry = table.find("seconds_per_doubling"))
    speed.seconds_per_doubling = table.real(*entry, kLeastSecondsPerDoubling, kMostSecondsPerDoubling);
  if (const auto* entry = table.find("steps_per_second")) {
    speed.steps_per_second = table.real(*entry, 0.0, kMostStepsPerSecond);
    if (speed.steps_per_second == 0.0) table.fail(*entry, "must be above 0");
  }
}

}  // namespace

ViewTable view_table(const RunTree& tree, const Workspace& workspace) {
  const Observatory& shown = tree.shown();
  const ViewState& view = shown.view;
  const Task& task = shown.task();
  ViewTable table;
  table.set("panels", std::vector<std::string>(workspace.centre().begin(), workspace.centre().end()));
  if (!workspace.full_view().empty()) table.set("full_view", workspace.full_view());
  table.set("order", grouping_text(task, view.order));
  table.set("colour", grouping_text(task, view.colour));
  table.set("theory_order", grouping_text(task, view.theory_order));
  if (view.target) table.set("target", word_of(kTargetWords, *view.target));
  table.set("difference", view.is_difference);
  table.set("layer", std::int64_t{view.layer});
  table.set("labels", view.show_labels);
  table.set("azimuth", readable(view.camera.azimuth));
  table.set("elevation", readable(view.camera.elevation));
  table.set("zoom", readable(view.camera.zoom));
  table.set("pan", std::vector<double>{readable(view.camera.pan_x), readable(view.camera.pan_y)});
  table.set("context_zoom", zoom_values(view.context_zoom));
  table.set("word_zoom", zoom_values(view.word_zoom));
  if (view.selection.context_a) table.set("selected", std::int64_t{*view.selection.context_a});
  if (view.selection.context_b) table.set("selected_with", std::int64_t{*view.selection.context_b});
  if (shown.is_in_past()) table.set("playhead", shown.playhead());
  table.set("pace", word_of(kPaceWords, shown.speed().pace));
  table.set("seconds_per_doubling", shown.speed().seconds_per_doubling);
  table.set("steps_per_second", shown.speed().steps_per_second);
  table.set("scope", word_of(kScopeWords, tree.scope()));
  return table;
}

void apply_view(const ViewTable& table, RunTree& tree, Workspace& workspace) {
  if (table.entries.empty()) return;
  table.require_known_keys(kViewKeys);
  Observatory& shown = tree.shown();
  ViewSettings settings{workspace.centre(), {}, shown.view, {}, shown.speed(), tree.scope()};
  if (const auto* entry = table.find("panels")) settings.panels = panels_of(table, *entry);
  if (const auto* entry = table.find("full_view")) settings.full_view = view_key(table, *entry, table.text(*entry), false);
  read_view(table, shown.task(), settings.view);
  if (const auto* entry = table.find("playhead"))
    settings.playhead = table.integer(*entry, 0, std::numeric_limits<std::int64_t>::max());
  read_speed(table, settings.speed);
  if (const auto* entry = table.find("scope")) settings.scope = value_of(table, *entry, kScopeWords);

  workspace.set_centre(settings.panels);
  workspace.set_full_view(settings.full_view);
  shown.view = std::move(settings.view);
  if (!(settings.speed == shown.speed())) shown.set_speed(settings.speed);
  tree.set_scope(settings.scope);
  if (settings.playhead)
    shown.seek(*settings.playhead);
  else if (shown.is_in_past())
    shown.go_live();
}

}  // namespace gramscope::app
