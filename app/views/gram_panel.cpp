#include "app/views/gram_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gl/colour_map.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

/// Cells from this width on are told apart by a line.
constexpr float kGapFrom = 6.0f;
constexpr float kLabelGap = 10.0f;
constexpr float kBarGap = 18.0f;
constexpr float kBarWidth = 10.0f;
constexpr int kMostLevels = 2;

/// Longer labels are shortened: the matrix is what is to be seen.
constexpr float kWidestLabel = 150.0f;

ImFont* level_font(int level) { return level == 0 ? fonts().body : fonts().small; }

/// Width of each level's column of labels for that cell size; 0 where none of a level's labels fits.
std::array<float, kMostLevels> level_widths(const std::vector<std::vector<RowBlock>>& levels, int count,
                                            float cell) {
  std::array<float, kMostLevels> widths{};
  for (int level = 0; level < count; ++level) {
    ImFont* font = level_font(level);
    for (const auto& block : levels[static_cast<std::size_t>(level)])
      if (cell * static_cast<float>(block.end - block.begin) >= font->FontSize)
        widths[static_cast<std::size_t>(level)] =
            std::max(widths[static_cast<std::size_t>(level)],
                     std::min(text_size(font, block.label).x, kWidestLabel * ui_scale()));
  }
  return widths;
}

float total_width(const std::array<float, kMostLevels>& widths) {
  float total = 0.0f;
  for (const float width : widths)
    if (width > 0.0f) total += std::ceil(width) + kLabelGap * ui_scale();
  return total;
}

void place_labels(GramLayout& layout, const std::vector<std::vector<RowBlock>>& levels, int count,
                  const std::array<float, kMostLevels>& widths) {
  float right = layout.matrix.min.x;
  for (int level = count - 1; level >= 0; --level) {
    const auto l = static_cast<std::size_t>(level);
    if (widths[l] == 0.0f) continue;
    right -= kLabelGap * ui_scale();
    ImFont* font = level_font(level);
    for (const auto& block : levels[l]) {
      const float height = layout.cell * static_cast<float>(block.end - block.begin);
      if (height < font->FontSize || block.label.empty()) continue;
      const float middle =
          layout.matrix.min.y + layout.cell * static_cast<float>(block.begin + block.end) / 2;
      std::string text = elided_middle(font, block.label, kWidestLabel * ui_scale());
      const float left = right - text_size(font, text).x;
      layout.labels.push_back({{left, middle - font->FontSize / 2}, &block, level, std::move(text)});
    }
    right -= std::ceil(widths[l]);
  }
}

Rect cell_rect(const GramLayout& layout, const GramCell& cell) {
  const float left = layout.matrix.min.x + layout.cell * static_cast<float>(cell.column);
  const float top = layout.matrix.min.y + layout.cell * static_cast<float>(cell.row);
  return {{left, top}, {left + layout.cell, top + layout.cell}};
}

/// An outline around a cell, never smaller than can be seen.
void draw_outline(const GramLayout& layout, const GramCell& cell, ImU32 colour, float width) {
  Rect rect = cell_rect(layout, cell);
  const float grow = std::max(0.5f * width, (7 * ui_scale() - layout.cell) / 2);
  // The line between cells is part of the cell at its right and bottom: leave it out to be centred on the
  // colour.
  const float gap = layout.cell >= kGapFrom * ui_scale() ? 1.0f : 0.0f;
  rect.min = {std::round(rect.min.x - grow), std::round(rect.min.y - grow)};
  rect.max = {std::round(rect.max.x - gap + grow), std::round(rect.max.y - gap + grow)};
  ImGui::GetWindowDrawList()->AddRect(rect.min, rect.max, colour, 0.0f, 0, width);
}

void draw_separators(const GramLayout& layout, const std::vector<RowBlock>& outer) {
  const float width = ui_scale();
  const Rect& m = layout.matrix;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const auto is_wide = [&](const RowBlock& block) {
    return layout.cell * static_cast<float>(block.end - block.begin) >= 8 * ui_scale();
  };
  const ImU32 colour = with_opacity(palette().text_muted, 0.42f);
  for (std::size_t i = 1; i < outer.size(); ++i) {
    // Lines between groups too thin to be seen would be all there is to see.
    if (!is_wide(outer[i - 1]) && !is_wide(outer[i])) continue;
    const float offset = std::round(layout.cell * static_cast<float>(outer[i].begin)) - width;
    list->AddRectFilled({m.min.x, m.min.y + offset}, {m.max.x, m.min.y + offset + width}, colour);
    list->AddRectFilled({m.min.x + offset, m.min.y}, {m.min.x + offset + width, m.max.y}, colour);
  }
}

/// The positions of the first contexts (or words) that a cell of blocks stands for.
GramCell first_of_blocks(const GramOrder& order, const GramCell& cell, Index block) {
  const auto position = [&](Index row) { return order.position[static_cast<std::size_t>(row * block)]; };
  return {position(cell.row), position(cell.column)};
}

/// The cell of blocks that stands for the contexts (or words) at these positions.
GramCell blocks_of(const GramOrder& order, const GramCell& cell, Index block) {
  const auto row = [&](Index position) { return order.order[static_cast<std::size_t>(position)] / block; };
  return {row(cell.row), row(cell.column)};
}

bool contains(const RowBlock& block, const std::optional<GramCell>& cell) {
  return cell && ((cell->row >= block.begin && cell->row < block.end) ||
                  (cell->column >= block.begin && cell->column < block.end));
}

}  // namespace

float cosine_bar_room() { return (kBarGap + kBarWidth + 5.0f) * ui_scale() + text_size(fonts().small, "+1").x; }

float cosine_bar_width() { return kBarWidth * ui_scale(); }

float gram_side(float available, Index rows) {
  const float cells = static_cast<float>(rows);
  const float cell = available / cells;
  return cell >= kGapFrom * ui_scale() ? std::floor(cell) * cells : std::floor(available);
}

void draw_cosine_bar(const Rect& bar, std::string_view view) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  constexpr int kSteps = 48;
  const auto& map = diverging_map();
  for (int i = 0; i < kSteps; ++i) {
    const auto at = [&](int k) { return 1.0f - 2.0f * static_cast<float>(k) / kSteps; };
    const float top = bar.min.y + bar.height() * static_cast<float>(i) / kSteps;
    const float bottom = bar.min.y + bar.height() * static_cast<float>(i + 1) / kSteps;
    const Colour high = map.at(at(i));
    const Colour low = map.at(at(i + 1));
    list->AddRectFilledMultiColor({bar.min.x, top}, {bar.max.x, bottom}, high, high, low, low);
  }
  ImFont* font = fonts().small;
  const float left = bar.max.x + 5 * ui_scale();
  draw_label(font, {left, bar.min.y - 1}, palette().text_muted, "+1", view, 1000);
  draw_label(font, {left, bar.max.y - font->FontSize + 1}, palette().text_muted, "−1", view, 1002);
  if (bar.height() >= 4 * font->FontSize)
    draw_label(font, {left, (bar.min.y + bar.max.y - font->FontSize) / 2}, palette().text_muted, "0", view,
               1001);
}

GramLayout lay_out_gram(const Rect& body, Index rows, const std::vector<std::vector<RowBlock>>& levels) {
  const float s = ui_scale();
  const float margin = std::min(12.0f * s, body.width() / 16);
  const float height = body.height() - margin - 2 * s;
  const float width = body.width() - 2 * margin;
  GramLayout layout;
  if (rows == 0 || height < 8 || width < 8) return layout;

  const float largest = gram_side(std::min(width, height), rows);
  const int most_levels = std::min<int>(kMostLevels, static_cast<int>(levels.size()));
  float labels_width = 0.0f;
  float size = largest;
  std::array<float, kMostLevels> widths{};
  int count = 0;
  // From the richest picture down to the bare matrix, which always fits.
  for (int option = 0; option <= most_levels + 1; ++option) {
    layout.has_bar = option <= most_levels && height > 48 * s;
    count = std::max(0, most_levels - option);
    widths = level_widths(levels, count, largest / static_cast<float>(rows));
    const float bar = layout.has_bar ? cosine_bar_room() : 0.0f;
    size = gram_side(std::min(height, width - total_width(widths) - bar), rows);
    // A smaller matrix has shorter blocks: some labels may not fit beside it any more.
    widths = level_widths(levels, count, size / static_cast<float>(rows));
    labels_width = total_width(widths);
    if (size >= 0.8f * largest) break;
  }
  const float bar = layout.has_bar ? cosine_bar_room() : 0.0f;
  // The matrix stands in the middle as long as that leaves room for what is beside it.
  const float centred = body.min.x + (body.width() - size - labels_width - bar) / 2 + labels_width;
  const float left = std::round(centred);
  const float top = std::round(body.min.y + (height - size) / 2 + 2 * s);
  layout.matrix = {{left, top}, {left + size, top + size}};
  layout.cell = size / static_cast<float>(rows);
  const float bar_left = layout.matrix.max.x + kBarGap * s;
  layout.bar = {{bar_left, top}, {bar_left + kBarWidth * s, top + size}};
  place_labels(layout, levels, count, widths);
  return layout;
}

namespace {

GramLayout bare_layout(const Rect& body, Index rows) {
  GramLayout layout;
  if (rows == 0) return layout;
  const float side = gram_side(std::min(body.width(), body.height()), rows);
  const ImVec2 at{std::round(body.min.x), std::round(body.min.y)};
  layout.matrix = {at, {at.x + side, at.y + side}};
  layout.cell = side / static_cast<float>(rows);
  return layout;
}

}  // namespace

GramPanel::Pointed GramPanel::draw(Observatory& observatory, const Rect& body, const Content& content) {
  const Index rows = content.values.rows();
  // A row may stand for several neighbours in the task's order; then no other order can be shown.
  const Index block = gram_block(static_cast<Index>(content.order.order.size()));
  const bool is_ordered = static_cast<Index>(content.order.order.size()) == rows;
  static const std::vector<std::vector<RowBlock>> kNone;
  const auto& levels = is_ordered ? content.order.levels : kNone;
  const GramLayout layout = content.is_bare ? bare_layout(body, rows) : lay_out_gram(body, rows, levels);
  const Rect& m = layout.matrix;
  if (m.width() < 4) return {};
  const Canvas canvas = Canvas::current();
  heat_map_.set(content.values,
                is_ordered ? std::span<const Index>(content.order.order) : std::span<const Index>(),
                static_cast<int>(m.width() * canvas.scale.x));
  const float gap = layout.cell >= kGapFrom * ui_scale() ? std::max(1.0f, std::round(canvas.scale.x)) : 0.0f;
  observatory.draws.add([this, canvas, rect = m, gap, colour = palette().background] {
    heat_map_.draw(canvas, rect.min, rect.max, gap, colour);
  });

  int n = 2;
  for (const auto& label : layout.labels) {
    const ImU32 usual = label.level == 0 ? palette().text : palette().text_muted;
    const bool is_pointed = contains(*label.block, content.hovered);
    draw_label(level_font(label.level), label.at, is_pointed ? palette().accent : usual, label.text,
               content.view, n++);
  }
  if (levels.size() > 1 || (!levels.empty() && levels[0].size() < static_cast<std::size_t>(rows)))
    draw_separators(layout, levels[0]);
  if (layout.has_bar) draw_cosine_bar(layout.bar, content.view);

  const auto state = interact(fmt::format("view.{}.matrix", content.view), m);
  Pointed pointed;
  pointed.is_clicked = state.was_pressed && state.is_hovered;
  if (state.is_hovered) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const auto index = [&](float offset) {
      return std::clamp<Index>(static_cast<Index>(offset / layout.cell), 0, rows - 1);
    };
    pointed.cell = GramCell{index(mouse.y - m.min.y), index(mouse.x - m.min.x)};
    if (block > 1) pointed.cell = first_of_blocks(content.order, *pointed.cell, block);
  }
  const auto outline = [&](std::optional<GramCell> cell, ImU32 colour, float width) {
    if (cell && block > 1) cell = blocks_of(content.order, *cell, block);
    if (cell && cell->row < rows && cell->column < rows) draw_outline(layout, *cell, colour, width);
  };
  outline(content.hovered, with_opacity(palette().text, 0.8f), std::max(1.0f, ui_scale()));
  outline(content.selected, palette().accent, 2 * ui_scale());
  draw_focus_ring(state, m, 0.0f);
  return pointed;
}

}  // namespace gramscope::app
