#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/row_list.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/class_columns.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kClassKey = "classes";
constexpr float kClassRow = 22.0f;
constexpr float kClassHead = 22.0f;
constexpr float kNumberWidth = 64.0f;  ///< the width of a column of numbers
constexpr float kLeastNameWidth = 100.0f;
constexpr float kMostNameWidth = 220.0f;
constexpr double kCopiedFor = 1.6;  ///< seconds

struct PlacedColumn {
  std::size_t column = 0;
  float left = 0.0f;
  float right = 0.0f;
  bool is_name = false;
};

/// The columns for which there is room, those of the lowest rank first, in their order from left to right.
std::vector<PlacedColumn> place_columns(const Rect& row) {
  const float s = ui_scale();
  const auto columns = class_columns();
  const float room = row.width() - 20 * s;
  const auto least = [&](std::size_t c) {
    return (columns[c].number == nullptr ? kLeastNameWidth : kNumberWidth) * s;
  };
  std::vector<std::size_t> by_rank(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) by_rank[c] = c;
  std::stable_sort(by_rank.begin(), by_rank.end(),
                   [&](std::size_t a, std::size_t b) { return columns[a].rank < columns[b].rank; });
  std::vector<bool> is_shown(columns.size(), false);
  float taken = 0.0f;
  int names = 0;
  for (const std::size_t c : by_rank) {
    if (taken + least(c) > room && taken > 0.0f) break;
    is_shown[c] = true;
    taken += least(c);
    names += columns[c].number == nullptr ? 1 : 0;
  }
  const float more = names > 0 ? std::clamp((room - taken) / static_cast<float>(names), 0.0f,
                                            (kMostNameWidth - kLeastNameWidth) * s)
                               : 0.0f;
  std::vector<PlacedColumn> placed;
  float left = row.min.x + 12 * s;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!is_shown[c]) continue;
    const bool is_name = columns[c].number == nullptr;
    const float width = std::floor(least(c) + (is_name ? more : 0.0f));
    placed.push_back({c, left, left + width - 8 * s, is_name});
    left += width;
  }
  return placed;
}

InfoCard column_card(const ClassColumn& column, const ClassTable& table) {
  InfoCard card{column.label, column.key, {}};
  if (column.missing != nullptr && !column.missing(table).empty())
    card.paragraph(column.missing(table), palette().warning);
  card.paragraph(column.meaning, palette().text);
  card.fact("Formula", column.formula).fact("At collapse", column.at_collapse);
  card.paragraph("Click to sort by it; again to turn the order round.");
  return card;
}

/// Label by label: a table that sorts, scrolls and can be copied.
class ClassView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kClassKey);
    observatory.view.wanted.classes = true;
    const Snapshot* snapshot = observatory.snapshot();
    const bool has_table = snapshot != nullptr && snapshot->classes != nullptr;
    ViewHeader header(rect, kClassKey);
    header.expect("Labels");
    const bool wants_copy =
        has_table &&
        header.action("copy", has_just_copied() ? "copied" : "copy",
                      "The whole table as text, a tab between columns. Ctrl+C over the table does the same.");
    const std::string count = has_table ? caption(*snapshot->classes) : "";
    header.title("Labels", {count, "one by one"});
    if (!has_table) {
      hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
      return draw_placeholder(header.body(), snapshot == nullptr ? "waiting for the first step" : "measuring",
                              kClassKey);
    }
    refresh(snapshot->classes, snapshot->task());
    const bool has_mouse = draw_table(observatory, *snapshot, header.body());
    const bool has_pressed =
        has_mouse && ImGui::GetIO().KeyCtrl && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_C), false);
    if (wants_copy || has_pressed) copy(snapshot->task());
  }

 private:
  static std::string caption(const ClassTable& table) {
    if (table.is_by_context) return fmt::format("{} contexts, each a class of its own", table.rows.size());
    return fmt::format("{} labels", table.rows.size());
  }

  bool has_just_copied() const { return ImGui::GetTime() - copied_at_ < kCopiedFor; }

  void copy(const Task& task) {
    ImGui::SetClipboardText(class_table_text(*table_, task, order_).c_str());
    copied_at_ = ImGui::GetTime();
  }

  void refresh(const std::shared_ptr<const ClassTable>& table, const Task& task) {
    if (table == table_ && !has_new_order_) return;
    if (table_ == nullptr || table->rows.size() != table_->rows.size()) list_.reset();
    table_ = table;
    has_new_order_ = false;
    order_ = sorted_class_rows(*table, task, sorted_by_, is_descending_);
  }

  /// Whether the mouse or the keyboard is at the table.
  bool draw_table(Observatory& observatory, const Snapshot& snapshot, const Rect& body) {
    const float s = ui_scale();
    const Rect head{{body.min.x, body.min.y}, {body.max.x - 2 * s, body.min.y + kClassHead * s}};
    const Rect rows{{head.min.x, head.max.y + 1}, {head.max.x, body.max.y - 4 * s}};
    if (rows.height() < kClassRow * s) return false;
    const auto response = list_.respond("view.classes.list", rows, order_.size(), std::round(kClassRow * s));
    const auto columns = place_columns({{head.min.x, head.min.y}, {list_.row(0).max.x, head.max.y}});
    draw_head(head, columns);
    {
      const ScopedClip clip(rows);
      for (std::size_t i = list_.first(); i < list_.end(); ++i)
        draw_row(snapshot.task(), list_.row(i), columns, order_[i],
                 response.pointed == i || (response.has_keys && list_.cursor() == i),
                 is_selected(observatory, snapshot, order_[i]));
    }
    point_at(observatory, snapshot, response);
    return response.has_keys;
  }

  void draw_head(const Rect& head, const std::vector<PlacedColumn>& columns) {
    const float s = ui_scale();
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled({head.min.x + 8 * s, head.max.y}, {head.max.x - 8 * s, head.max.y + 1},
                        palette().line);
    int n = 10;
    for (const auto& placed : columns) {
      const ClassColumn& column = class_columns()[placed.column];
      const Rect cell{{placed.left - 4 * s, head.min.y}, {placed.right + 4 * s, head.max.y}};
      const auto state = interact("view.classes.head." + column.key, cell);
      if (state.was_pressed) sort_by(placed.column);
      const bool is_missing = column.missing != nullptr && !column.missing(*table_).empty();
      const bool is_sorted = placed.column == sorted_by_;
      const ImU32 colour = is_sorted || state.is_hovered ? palette().text
                           : is_missing                  ? palette().text_dim
                                                         : palette().text_muted;
      const std::string text = elided(fonts().small, column.heading, placed.right - placed.left - 10 * s);
      const float width = text_size(fonts().small, text).x;
      const float left = placed.is_name ? placed.left : placed.right - width;
      draw_label(fonts().small, {left, centred_y(fonts().small, head.min.y, head.max.y)}, colour, text,
                 kClassKey, n++);
      if (is_sorted)
        draw_arrow(placed.is_name ? left + width + 7 * s : left - 7 * s, 0.5f * (head.min.y + head.max.y),
                   colour);
      draw_focus_ring(state, cell, 3 * s);
      if (wants_info_card(state)) show_info_card(column_card(column, *table_));
    }
  }

  /// Up where the smallest is on top.
  void draw_arrow(float x, float y, ImU32 colour) const {
    const float s = ui_scale();
    const float tip = is_descending_ ? 2.5f * s : -2.5f * s;
    ImGui::GetWindowDrawList()->AddTriangleFilled({x - 3 * s, y - tip}, {x + 3 * s, y - tip}, {x, y + tip},
                                                  colour);
  }

  void sort_by(std::size_t column) {
    is_descending_ = column == sorted_by_ && !is_descending_;
    sorted_by_ = column;
    has_new_order_ = true;
  }

  void draw_row(const Task& task, const Rect& row, const std::vector<PlacedColumn>& columns, std::size_t c,
                bool is_marked, bool is_selected) const {
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (is_selected) list->AddRectFilled(row.min, row.max, with_opacity(palette().accent, 0.1f));
    if (is_marked) list->AddRectFilled(row.min, row.max, with_opacity(palette().text, 0.08f));
    const float y = centred_y(fonts().body, row.min.y, row.max.y);
    for (const auto& placed : columns) {
      const std::string text = class_cell(*table_, task, c, placed.column);
      const ImU32 colour = text == "—"                      ? palette().text_dim
                           : placed.column == kNearestClass ? palette().text_muted
                                                            : palette().text;
      if (placed.is_name)
        draw_text(fonts().body, {placed.left, y}, colour,
                  elided_start(fonts().body, text, placed.right - placed.left));
      else
        draw_text_right(fonts().body, placed.right, y, colour, text);
    }
  }

  /// The first context of a class.
  Index context_of(const Task& task, std::size_t c) const {
    const int label = table_->rows[c].label;
    if (table_->is_by_context) return label;
    return static_cast<Index>(std::find(task.labels.begin(), task.labels.end(), label) - task.labels.begin());
  }

  bool is_selected(const Observatory& observatory, const Snapshot& snapshot, std::size_t c) const {
    const auto& context = observatory.view.selection.context_a;
    if (!context || *context >= snapshot.task().contexts) return false;
    const int label = table_->rows[c].label;
    return table_->is_by_context ? label == static_cast<int>(*context)
                                 : label == snapshot.task().labels[static_cast<std::size_t>(*context)];
  }

  void point_at(Observatory& observatory, const Snapshot& snapshot, const RowList::Response& response) {
    auto& selection = observatory.view.selection;
    if (response.pressed) {
      const Index context = context_of(snapshot.task(), order_[*response.pressed]);
      select_pair(selection, context, context);
    }
    if (!response.pointed) return hover_.set(selection, std::nullopt, std::nullopt);
    const std::size_t c = order_[*response.pointed];
    const Index context = context_of(snapshot.task(), c);
    hover_.set(selection, context, std::nullopt);
    HoverCard card;
    card.name(class_name(*table_, snapshot.task(), c));
    const auto columns = class_columns();
    for (std::size_t i = 1; i < columns.size(); ++i) {
      const std::string text = class_cell(*table_, snapshot.task(), c, i);
      if (text != "—") card.fact(columns[i].label, text);
    }
  }

  std::shared_ptr<const ClassTable> table_;
  std::vector<std::size_t> order_;
  std::optional<std::size_t> sorted_by_;  ///< empty: in the order of the labels
  bool is_descending_ = false;
  bool has_new_order_ = true;
  double copied_at_ = -kCopiedFor;
  RowList list_;
  SharedHover hover_;
};

}  // namespace

std::unique_ptr<View> make_class_view() { return std::make_unique<ClassView>(); }

}  // namespace gramscope::app
