#include "app/views/parameter_panel.h"

#include <cmath>

#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/parameter_row.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/reading.h"

namespace gramscope::app {
namespace {

struct Note {
  std::string text;
  ImU32 colour = 0;
};

/// "27 classes need d ≥ 26 to be symmetric ✓"
std::optional<Note> capacity_note(const Observatory& observatory) {
  const auto bound = rank_bound(observatory);
  if (!bound || bound->classes < 2) return std::nullopt;
  std::string text = format_count(bound->classes) + " classes need d ≥ " + format_count(bound->classes - 1) +
                     " to be symmetric ";
  if (bound->allows_symmetry()) return Note{text + "✓", palette().text_muted};
  text += "✗ With d = " + format_count(bound->dimension) +
          " symmetry ends at √(d/(K−1)) = " + format_fixed(bound->highest_symmetric, 3);
  return Note{text, palette().warning};
}

/// A warning where the ridge makes zero the minimum, and its approach.
std::optional<Note> ridge_note(const Observatory& observatory) {
  const Index contexts = observatory.task().contexts;
  const auto share = ridge_share_of_limit(observatory.config(), contexts);
  if (!share || *share < 0.8) return std::nullopt;
  const std::string limit = "1/m = " + format_fixed(1.0 / static_cast<double>(contexts), 3);
  if (*share >= 1.0)
    return Note{"√(λW λH) ≥ " + limit + ": zero is the minimum, the model will forget everything.",
                palette().warning};
  return Note{"Near " + limit + ", where zero becomes the minimum.", palette().text_muted};
}

std::optional<Note> note_under(const Observatory& observatory, const std::string& key) {
  if (key == "model.d") return capacity_note(observatory);
  if (key == "reg.lambda_h") return ridge_note(observatory);
  return std::nullopt;
}

/// Draws the notes and rows downward from `y` and returns where they end.
class PanelColumn {
 public:
  PanelColumn(Observatory& observatory, float left, float right, float y)
      : observatory_(observatory), left_(left), right_(right), y_(y) {}

  void heading(const std::string& group) {
    const float scale = ui_scale();
    y_ += (is_first_ ? 0.0f : 12.0f) * scale;
    is_first_ = false;
    const float height = group_heading({left_, y_}, group);
    report_visible_item("label.group." + group, {{left_, y_}, {right_, y_ + height}});
    y_ += height + 6.0f * scale;
  }

  void row(const Parameter& parameter) {
    const float height = std::round(kParameterRowHeight * ui_scale());
    if (observatory_.config().contains(parameter.key)) {
      const auto& current = observatory_.config().at(parameter.key);
      const Rect rect{{left_, y_}, {right_, y_ + height}};
      if (const auto next = parameter_row(parameter, current, rect)) changed_ = {parameter.key, *next};
    }
    y_ += height;
    if (const auto note = note_under(observatory_, parameter.key)) draw_note("note." + parameter.key, *note);
  }

  void footer() {
    const float scale = ui_scale();
    y_ += 12.0f * scale;
    const float mark = draw_text(fonts().small, {left_, y_}, palette().accent, "↻");
    draw_text(fonts().small, {left_ + mark + 4.0f * scale, y_}, palette().text_muted,
              "restarts the run. Everything else is live.");
    y_ += fonts().small->FontSize + 10.0f * scale;
  }

  float end() const { return y_; }

  /// Sent after drawing: a change replaces the parameters that are being drawn.
  void send() {
    if (changed_) observatory_.set_parameter(changed_->first, changed_->second);
  }

 private:
  void draw_note(const std::string& name, const Note& note) {
    const float scale = ui_scale();
    const float line = fonts().small->FontSize + 1.0f * scale;
    const ImVec2 top{left_, y_ + 1.0f * scale};
    const float height = draw_wrapped(fonts().small, top, right_ - left_, line, note.colour, note.text);
    report_visible_item(name, {top, {right_, top.y + height}});
    y_ += height + 4.0f * scale;
  }

  Observatory& observatory_;
  float left_;
  float right_;
  float y_;
  bool is_first_ = true;
  std::optional<std::pair<std::string, Value>> changed_;
};

}  // namespace

void draw_parameter_panel(Observatory& observatory, const Rect& rect) {
  const float scale = ui_scale();
  ImGui::SetCursorScreenPos(rect.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
  const bool is_open = ImGui::BeginChild("parameters", {rect.width(), rect.height()}, false,
                                         ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleVar();
  if (is_open) {
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const float margin = 12.0f * scale;
    PanelColumn column(observatory, rect.min.x + margin, rect.min.x + rect.width() - margin,
                       origin.y + margin);
    std::string group;
    for (const auto& parameter : observatory.parameters()) {
      if (parameter.group != group) column.heading(parameter.group);
      group = parameter.group;
      column.row(parameter);
    }
    column.footer();
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1.0f, column.end() - origin.y});
    column.send();
  }
  ImGui::EndChild();
}

}  // namespace gramscope::app
