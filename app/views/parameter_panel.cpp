#include "app/views/parameter_panel.h"

#include <algorithm>
#include <cmath>

#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/parameter_row.h"
#include "app/ui/scroll_area.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/hover_card.h"
#include "app/views/reading.h"
#include "app/views/undo_buttons.h"
#include "core/registry/error.h"
#include "core/theory/spherical_code_bound.h"

namespace gramscope::app {
namespace {

struct Note {
  std::string text;
  ImU32 colour = 0;
};

/// "27 classes need d ≥ 26 to be symmetric ✓"; with several next words per context, what any logits need.
std::optional<Note> capacity_note(const Observatory& observatory) {
  const Task& task = observatory.task();
  const auto bound = rank_bound(observatory);
  if (!bound || bound->classes < 2) return std::nullopt;
  if (!task.is_one_hot()) {
    const Index needed = std::min(task.words - 1, task.contexts);
    const bool is_enough = bound->dimension >= needed;
    return Note{"any logits fit from d = " + format_count(needed) + " on " + (is_enough ? "✓" : "✗"),
                palette().text_muted};
  }
  std::string text = format_count(bound->classes) + " classes need d ≥ " + format_count(bound->classes - 1) +
                     " to be symmetric ";
  if (bound->allows_symmetry()) return Note{text + "✓", palette().text_muted};
  text += "✗ With d = " + format_count(bound->dimension) +
          " symmetry ends at √(d/(K−1)) = " + format_fixed(bound->highest_symmetric, 3);
  if (bound->classes <= kMostCodePoints && bound->dimension <= kMostCodeDimensions) {
    const auto closest = largest_cosine_bound(bound->classes, bound->dimension);
    text += ", and the closest two keep a cosine ≥ " + format_fixed(closest.cosine, 3) + " (" + closest.name + ")";
  }
  return Note{text, palette().warning};
}

/// A warning where the ridge makes zero the minimum, and its approach.
std::optional<Note> ridge_note(const Observatory& observatory) {
  const auto& task = observatory.task();
  const auto share = ridge_share_of_limit(observatory.config(), task);
  if (!share || *share < 0.8) return std::nullopt;
  // Equally frequent contexts, each with its own label, have the limit 1/m.
  const bool is_balanced = std::abs(task.ridge_limit * static_cast<double>(task.contexts) - 1.0) < 1e-9;
  const std::string named = (is_balanced ? "1/m = " : "σ₁ = ") + format_short(task.ridge_limit);
  if (*share >= 1.0)
    return Note{"√(λW λH) ≥ " + named + ": zero is the minimum, the model will forget everything.",
                palette().warning};
  return Note{"Near " + named + ", where zero becomes the minimum.", palette().text_muted};
}

/// "403 contexts, 104 words; contexts with one next word 83%": where a task is not one context per word.
std::optional<Note> task_note(const Task& task) {
  if (task.has_one_context_per_label() && task.facts.empty()) return std::nullopt;
  std::string text = format_count(task.contexts) + " contexts, " + format_count(task.words) + " words";
  for (const auto& fact : task.facts) {
    std::string label = fact.label;
    if (!label.empty() && label[0] >= 'A' && label[0] <= 'Z') label[0] = static_cast<char>(label[0] - 'A' + 'a');
    const std::string value = fact.key.ends_with("_share") || fact.key.ends_with("_weight") ? percentage(fact.value)
                              : fact.value == std::round(fact.value) ? format_count(std::llround(fact.value))
                                                                     : format_short(fact.value);
    text += "; " + label + " " + value;
  }
  return Note{text, palette().text_muted};
}

/// The learning rate in force, where a schedule or a warm-up makes it another than the one that is set.
std::optional<Note> rate_note(const Observatory& observatory) {
  const auto& config = observatory.config();
  const bool is_warming_up =
      config.contains("optimizer.warmup") && observatory.status().step < config.integer("optimizer.warmup");
  if (config.text_or("optimizer.schedule", "constant") == "constant" && !is_warming_up) return std::nullopt;
  return Note{"Now " + format_short(observatory.status().learning_rate) + ", by its schedule.", palette().text_muted};
}

std::optional<Note> note_under(const Observatory& observatory, const std::string& key) {
  if (key == "task.kind") return task_note(observatory.task());
  if (key == "model.d") return capacity_note(observatory);
  if (key == "reg.lambda_h") return ridge_note(observatory);
  if (key == "optimizer.schedule") return rate_note(observatory);
  return std::nullopt;
}

/// What a choice does to the model: "changes the model to UFM" where a task is one that the present model cannot learn;
/// empty where it stays.
std::string model_change(const Config& config, const std::string& key, const std::string& choice) {
  if (key != "task.kind") return {};
  try {
    const std::string model = with_change(config, key, choice, nullptr).text("model.kind");
    return model == config.text("model.kind") ? "" : "changes the model to " + model_entry(model).label;
  } catch (const UsageError&) {
    return {};
  }
}

/// How tightly the panel is set, at scale 1.
struct Density {
  float row = kParameterRowHeight;
  float before_heading = 12.0f;
};
constexpr Density kDense{22.0f, 8.0f};

/// The panel's column of headings, rows and notes, laid out downward from `y`: measured, or drawn.
class PanelColumn {
 public:
  PanelColumn(Observatory& observatory, Rect bounds, Density density, bool is_drawn)
      : observatory_(observatory), bounds_(bounds), density_(density), is_drawn_(is_drawn), y_(bounds.min.y) {
    // One column for all rows, as wide as the longest label asks, within reason.
    label_width_ = 104.0f * ui_scale();
    for (const auto& parameter : observatory.parameters())
      label_width_ = std::max(label_width_, parameter_label_width(parameter));
    label_width_ = std::ceil(std::min(label_width_, 0.54f * bounds.width()));
  }

  /// Gives back where it ends.
  float lay_out() {
    std::string group;
    for (const auto& parameter : observatory_.parameters()) {
      if (parameter.group != group) heading(parameter.group, group.empty());
      group = parameter.group;
      row(parameter);
    }
    footer();
    return y_;
  }

  /// Sent after drawing: a change replaces the parameters that are being drawn.
  void send() {
    if (!double_clicked_.empty()) observatory_.rejoin_gesture(double_clicked_);
    if (changed_) observatory_.set_parameter(changed_->first, changed_->second, hand_);
    if (hand_ == Hand::off) observatory_.end_gesture();
    if (wish_ == UndoWish::undo) observatory_.undo();
    if (wish_ == UndoWish::redo) observatory_.redo();
  }

 private:
  float left() const { return bounds_.min.x; }
  float right() const { return bounds_.max.x; }

  void heading(const std::string& group, bool is_first) {
    const float scale = ui_scale();
    if (!is_first) y_ += std::round(density_.before_heading * scale);
    const float height = fonts().heading->FontSize;
    if (is_drawn_) {
      group_heading({left(), y_}, group);
      // Beside the first heading there is room, whatever the panel is set to.
      if (is_first) wish_ = undo_buttons(observatory_, right(), y_ + 0.5f * height);
      report_visible_item("label.group." + group, {{left(), y_}, {right(), y_ + height}});
    }
    y_ += height + std::round(5.0f * scale);
  }

  void row(const Parameter& parameter) {
    const float height = std::round(density_.row * ui_scale());
    if (is_drawn_ && observatory_.config().contains(parameter.key)) {
      const auto& current = observatory_.config().at(parameter.key);
      const Rect rect{{left(), y_}, {right(), y_ + height}};
      const auto edit = parameter_row(parameter, current, rect, label_width_, [&](const Choice& choice) {
        return model_change(observatory_.config(), parameter.key, choice.key);
      });
      if (edit.value) changed_ = {parameter.key, *edit.value};
      if (edit.wants_file) observatory_.view.browsing = parameter.key;
      if (edit.is_held) hand_ = Hand::on;
      if (edit.is_double_click) double_clicked_ = parameter.key;
    }
    y_ += height;
    if (const auto text = note_under(observatory_, parameter.key)) note("note." + parameter.key, *text);
  }

  void note(const std::string& name, const Note& note) {
    const float scale = ui_scale();
    const float line = fonts().small->FontSize + 1.0f * scale;
    const ImVec2 top{left(), y_ + 1.0f * scale};
    const float width = right() - left();
    const float height = wrapped_height(fonts().small, width, line, note.text);
    if (is_drawn_) {
      draw_wrapped(fonts().small, top, width, line, note.colour, note.text);
      report_visible_item(name, {top, {right(), top.y + height}});
    }
    y_ += std::round(height + 4.0f * scale);
  }

  void footer() {
    const float scale = ui_scale();
    y_ += std::round(density_.before_heading * scale);
    const std::string text = "restarts the run. Everything else is live.";
    const float indent = text_size(fonts().small, "↻").x + 4.0f * scale;
    const float line = fonts().small->FontSize;
    if (is_drawn_) {
      draw_text(fonts().small, {left(), y_}, palette().accent, "↻");
      draw_wrapped(fonts().small, {left() + indent, y_}, right() - left() - indent, line,
                   palette().text_muted, text);
    }
    y_ += wrapped_height(fonts().small, right() - left() - indent, line, text);
  }

  Observatory& observatory_;
  Rect bounds_;
  Density density_;
  bool is_drawn_;
  float y_;
  float label_width_ = 0.0f;
  std::optional<std::pair<std::string, Value>> changed_;
  Hand hand_ = Hand::off;  ///< whether one is on a control
  std::string double_clicked_;
  UndoWish wish_ = UndoWish::none;
};

}  // namespace

void draw_parameter_panel(Observatory& observatory, const Rect& rect) {
  const float margin = std::round(12.0f * ui_scale());
  const float bottom_margin = std::round(6.0f * ui_scale());
  const float left = rect.min.x + margin;
  const float right = rect.max.x - margin;
  const Rect from_zero{{left, 0.0f}, {right, 0.0f}};
  // A little closer, before anything has to be scrolled for.
  Density density;
  float height = PanelColumn(observatory, from_zero, density, false).lay_out();
  const float room = rect.height() - margin - bottom_margin;
  if (height > room) {
    const float dense = PanelColumn(observatory, from_zero, kDense, false).lay_out();
    const float share = std::clamp((height - room) / std::max(1.0f, height - dense), 0.0f, 1.0f);
    density.row = std::floor(density.row + (kDense.row - density.row) * share);
    density.before_heading =
        std::floor(density.before_heading + (kDense.before_heading - density.before_heading) * share);
    height = PanelColumn(observatory, from_zero, density, false).lay_out();
  }
  const ScrollArea area("parameters", rect);
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  PanelColumn column(observatory, {{left, origin.y + margin}, {right, origin.y + margin}}, density, true);
  column.lay_out();
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({1.0f, margin + height + bottom_margin - 1.0f});
  column.send();
}

}  // namespace gramscope::app
