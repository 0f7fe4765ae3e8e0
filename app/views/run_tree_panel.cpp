#include "app/views/run_tree_panel.h"

#include <algorithm>
#include <cmath>

#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace gramscope::app {
namespace {

constexpr float kTreeRow = 22.0f;
constexpr float kTreeIndent = 12.0f;
constexpr float kTreeButton = 18.0f;

/// What a row's branch leaves its parent's line with: an elbow.
void draw_elbow(const Rect& row, float x, bool is_first) {
  const float s = ui_scale();
  auto& canvas = *ImGui::GetWindowDrawList();
  const float middle = std::round(0.5f * (row.min.y + row.max.y));
  const float top = is_first ? row.min.y : row.min.y - 0.3f * row.height();
  canvas.AddRectFilled({x, top}, {x + 1.0f, middle}, palette().text_dim);
  canvas.AddRectFilled({x, middle}, {x + 6.0f * s, middle + 1.0f}, palette().text_dim);
}

}  // namespace

void RunTreePanel::draw_row(Family& family, const Relative& run, const Rect& row, bool is_hot) const {
  const float s = ui_scale();
  const auto& colours = palette();
  auto& canvas = *ImGui::GetWindowDrawList();
  if (is_hot || run.is_shown)
    canvas.AddRectFilled({row.min.x, row.min.y + 1.0f}, {row.max.x, row.max.y - 1.0f},
                         run.is_shown ? colours.track : colours.control, 3.0f * s);
  float x = row.min.x + 8.0f * s + kTreeIndent * s * static_cast<float>(run.depth);
  if (run.depth > 0) draw_elbow(row, x - 7.0f * s, false);
  const ImVec2 dot{x + 4.0f * s, 0.5f * (row.min.y + row.max.y)};
  if (run.is_running)
    canvas.AddCircleFilled(dot, 3.5f * s, colours.good, 16);
  else
    canvas.AddCircle(dot, 3.2f * s, colours.text_muted, 16, 1.3f * s);
  x += 14.0f * s;
  const float y = centred_y(fonts().small, row.min.y, row.max.y);
  const std::string step = row.width() < 190.0f * s ? "" : format_count(run.step);
  const float step_left = row.max.x - 8.0f * s - text_size(fonts().small, step).x;
  draw_text(fonts().small, {step_left, y}, colours.text_muted, step);
  const std::string title = elided(fonts().small, run.title, step_left - 8.0f * s - x);
  const float width = draw_text(fonts().small, {x, y}, run.is_shown ? colours.text : colours.text_muted, title);
  report_visible_item("label.tree." + std::to_string(run.id), {{x, y}, {x + width, y + fonts().small->FontSize}});
  if (!is_hot) return;
  family.hovered = run.id;
  show_info_card(run.title, run.details);
}

void RunTreePanel::draw(Observatory& observatory, const Rect& rect) {
  const float s = ui_scale();
  Family& family = observatory.family;
  family.hovered.reset();
  const float margin = 12.0f * s;
  const float heading = group_heading({rect.min.x + margin, rect.min.y + 7.0f * s}, "Runs", "a click shows one", rect.max.x);
  const float buttons = 2.0f * kTreeButton * s + 6.0f * s;
  const Rect list{{rect.min.x + 6.0f * s, rect.min.y + 7.0f * s + heading + 4.0f * s},
                  {rect.max.x - buttons, rect.max.y - 4.0f * s}};
  if (list.height() < kTreeRow * s || list.width() < 60.0f * s) return;
  const auto response = list_.respond("tree", list, family.runs.size(), std::round(kTreeRow * s));
  for (std::size_t i = list_.first(); i < std::min(list_.end(), family.runs.size()); ++i) {
    const Relative& run = family.runs[i];
    const Rect row = list_.row(i);
    {
      const ScopedClip clip(list);
      draw_row(family, run, row, response.pointed == i || (response.has_keys && list_.cursor() == i));
    }
    // Buttons of rows that are seen whole.
    if (row.min.y < list.min.y - 1.0f || row.max.y > list.max.y + 1.0f) continue;
    const std::string id = std::to_string(run.id);
    const Rect beside{{list.max.x + 2.0f * s, row.min.y + 1.0f}, {list.max.x + (2.0f + kTreeButton) * s, row.max.y - 1.0f}};
    const Rect remove{{beside.max.x + 2.0f * s, beside.min.y}, {beside.max.x + (2.0f + kTreeButton) * s, beside.max.y}};
    if (!run.is_shown &&
        sign_button("tree." + id + ".beside", beside, "⇄", run.is_beside ? ButtonKind::secondary : ButtonKind::quiet,
                    run.is_beside ? "Alone" : "Side by side",
               run.is_beside ? "Shows the run above alone again."
                             : "Shows this run beside the one shown, to the same clock."))
      family.wants_beside = run.is_beside ? std::find_if(family.runs.begin(), family.runs.end(),
                                                         [](const Relative& one) { return one.is_shown; })->id
                                          : run.id;
    if (run.depth > 0 &&
        sign_button("tree." + id + ".remove", remove, "×", ButtonKind::quiet, "Remove",
                    "Removes this run. Its own branches stay."))
      family.wants_removed = run.id;
  }
  if (response.pressed && *response.pressed < family.runs.size()) family.wants_shown = family.runs[*response.pressed].id;
  report_item("view.run_tree", rect.min, rect.max);
}

}  // namespace gramscope::app
