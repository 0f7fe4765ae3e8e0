#include "app/views/gram_panel.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gl/colour_map.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/pair_card.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

/// What a notch of the wheel, or a key, changes the size of cells by.
constexpr float kNotch = 1.25f;
/// What an arrow moves the picture by, as a share of what is seen.
constexpr double kArrowStep = 0.125;
constexpr float kDragThreshold = 4.0f;

/// An outline around a cell, never smaller than can be seen.
void draw_cell_outline(const GramLayout& layout, const GramCell& cell, ImU32 colour, float width) {
  Rect rect = layout.rect_of(cell);
  const float grow = std::max(0.5f * width, (7 * ui_scale() - layout.cell) / 2);
  // The line between cells is part of the cell at its right and bottom: leave it out to be centred on the
  // colour.
  const float gap = layout.cell >= kTellApartFrom * ui_scale() ? 1.0f : 0.0f;
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
    const float y = std::round(layout.y_of(outer[i].begin)) - width;
    const float x = std::round(layout.x_of(outer[i].begin)) - width;
    if (y >= m.min.y && y < m.max.y) list->AddRectFilled({m.min.x, y}, {m.max.x, y + width}, colour);
    if (x >= m.min.x && x < m.max.x) list->AddRectFilled({x, m.min.y}, {x + width, m.max.y}, colour);
  }
}

/// Which part of the matrix is seen: a bar below it, and one to its right.
void draw_position(const GramLayout& layout) {
  if (layout.is_whole()) return;
  const float s = ui_scale();
  const Rect& m = layout.matrix;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const auto bar = [&](const Rect& track, bool is_horizontal, float first, float last) {
    list->AddRectFilled(track.min, track.max, palette().track, 1.5f * s);
    Rect part = track;
    (is_horizontal ? part.min.x : part.min.y) = first;
    (is_horizontal ? part.max.x : part.max.y) = std::max(last, first + 6 * s);
    list->AddRectFilled(part.min, part.max, palette().text_muted, 1.5f * s);
  };
  const auto share = [](double value) { return static_cast<float>(std::clamp(value, 0.0, 1.0)); };
  const float thickness = std::round(3 * s);
  const Rect below{{m.min.x, m.max.y + 4 * s}, {m.max.x, m.max.y + 4 * s + thickness}};
  const Rect beside{{m.max.x + 5 * s, m.min.y}, {m.max.x + 5 * s + thickness, m.max.y}};
  bar(below, true, m.min.x + m.width() * share(layout.share_x(m.min.x)),
      m.min.x + m.width() * share(layout.share_x(m.max.x)));
  bar(beside, false, m.min.y + m.height() * share(layout.share_y(m.min.y)),
      m.min.y + m.height() * share(layout.share_y(m.max.y)));
}

bool contains(const RowBlock& block, const std::optional<GramCell>& cell) {
  return cell && ((cell->row >= block.begin && cell->row < block.end) ||
                  (cell->column >= block.begin && cell->column < block.end));
}

bool was_dragged() {
  return ImGui::GetIO().MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] >= kDragThreshold * kDragThreshold;
}

/// The rows (or columns) at these positions: of an order, or of the matrix itself.
void take_range(std::vector<Index>& result, const GramLayout::Range& range, const std::vector<Index>* order) {
  result.clear();
  for (Index i = range.begin; i < range.end; ++i)
    result.push_back(order != nullptr ? (*order)[static_cast<std::size_t>(i)] : i);
}

}  // namespace

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

const GramPanel::Levels& GramPanel::levels_of(const Content& content, const MatrixZoom& zoom) {
  const auto count = static_cast<Index>(content.order.order.size());
  if (count == content.values.rows()) return content.order.levels;
  // A whole matrix of blocks has no room for their names.
  return block_levels(content, gram_block(count), !zoom.is_whole());
}

GramLayout GramPanel::lay_out(const Rect& body, const Content& content, const MatrixZoom& zoom) {
  const Index rows = content.values.rows();
  if (content.is_bare) return lay_out_bare_gram(body, rows, zoom);
  return lay_out_gram(body, rows, levels_of(content, zoom), zoom);
}

void GramPanel::zoom_by_wheel(const Rect& body, const Content& content, float notches) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const double x = layout_.share_x(mouse.x);
  const double y = layout_.share_y(mouse.y);
  MatrixZoom& zoom = content.zoom;
  zoom.zoom(std::pow(static_cast<double>(kNotch), static_cast<double>(notches)));
  if (zoom.is_whole()) return;
  // Zooming makes room for names, and cells are whole pixels: what was under the mouse is brought back to it.
  const GramLayout there = lay_out(body, content, zoom);
  zoom.pan(x - there.share_x(mouse.x), y - there.share_y(mouse.y));
}

void GramPanel::steer(const Rect& body, const Content& content, const Interaction& state) {
  const ImGuiIO& io = ImGui::GetIO();
  MatrixZoom& zoom = content.zoom;
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) ignores_click_ = false;
  if (state.is_hovered && io.MouseWheel != 0.0f) zoom_by_wheel(body, content, io.MouseWheel);
  if (state.is_hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) && !zoom.is_whole()) {
    // It leaves selected what its first click has selected.
    zoom.show_whole();
    ignores_click_ = true;
  }
  const double side = static_cast<double>(layout_.cell) * static_cast<double>(layout_.rows);
  if (state.is_held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, kDragThreshold))
    zoom.pan(-static_cast<double>(io.MouseDelta.x) / side, -static_cast<double>(io.MouseDelta.y) / side);
  if (!state.is_focused) return;
  for (const ImWchar typed : io.InputQueueCharacters) {
    if (typed == '+' || typed == '=') zoom.zoom(static_cast<double>(kNotch));
    if (typed == '-') zoom.zoom(1.0 / static_cast<double>(kNotch));
    if (typed == '0') zoom.show_whole();
  }
  if (zoom.is_whole()) return;
  const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key)) ? 1.0 : 0.0; };
  const double right = pressed(ImGuiKey_RightArrow) - pressed(ImGuiKey_LeftArrow);
  const double down = pressed(ImGuiKey_DownArrow) - pressed(ImGuiKey_UpArrow);
  if (right == 0.0 && down == 0.0) return;
  // ImGui would take the same arrows as a wish to go to another control.
  ImGui::NavMoveRequestCancel();
  zoom.pan(right * kArrowStep * zoom.span(), down * kArrowStep * zoom.span());
}

const GramPanel::Levels& GramPanel::block_levels(const Content& content, Index block, bool has_names) {
  const GramOrder& order = content.order;
  if (order.order == leveled_order_ && has_names == has_block_names_) return block_levels_;
  leveled_order_ = order.order;
  has_block_names_ = has_names;
  block_levels_.clear();
  for (const auto& level : order.levels) {
    // A row belongs to the group that it begins in.
    auto& rows = block_levels_.emplace_back();
    for (const auto& group : level)
      rows.push_back({(group.begin + block - 1) / block, (group.end + block - 1) / block, group.label});
    std::erase_if(rows, [](const RowBlock& group) { return group.begin == group.end; });
  }
  if (!has_names) return block_levels_;
  const auto count = static_cast<Index>(order.order.size());
  auto& names = block_levels_.emplace_back();
  for (Index first = 0; first < count; first += block)
    names.push_back({first / block, first / block + 1, block_range(first, block, count)});
  return block_levels_;
}

void GramPanel::upload_visible(const Content& content, bool is_ordered) {
  const Canvas canvas = Canvas::current();
  const Rect& m = layout_.matrix;
  const std::vector<Index>* order = is_ordered ? &content.order.order : nullptr;
  if (layout_.is_whole()) {
    heat_map_.set(content.values,
                  order != nullptr ? std::span<const Index>(*order) : std::span<const Index>(),
                  static_cast<int>(m.width() * canvas.scale.x));
    return;
  }
  const auto rows = layout_.visible_rows();
  const auto columns = layout_.visible_columns();
  take_range(rows_, rows, order);
  take_range(columns_, columns, order);
  const auto pixels = [&](const GramLayout::Range& range, float scale) {
    return static_cast<int>(std::lround(layout_.cell * static_cast<float>(range.end - range.begin) * scale));
  };
  heat_map_.set(content.values, rows_, columns_,
                {pixels(rows, canvas.scale.y), pixels(columns, canvas.scale.x)});
}

void GramPanel::draw_matrix(Observatory& observatory, const Content& content, bool is_ordered) {
  upload_visible(content, is_ordered);
  const Canvas canvas = Canvas::current();
  const float gap =
      layout_.cell >= kTellApartFrom * ui_scale() ? std::max(1.0f, std::round(canvas.scale.x)) : 0.0f;
  const Rect clip = layout_.matrix;
  Rect rect = clip;
  if (!layout_.is_whole()) {
    const auto rows = layout_.visible_rows();
    const auto columns = layout_.visible_columns();
    rect = {{layout_.x_of(columns.begin), layout_.y_of(rows.begin)},
            {layout_.x_of(columns.end), layout_.y_of(rows.end)}};
  }
  observatory.draws.add([this, canvas, rect, clip, gap, colour = palette().background] {
    const ScissorScope scissor(canvas, clip.min, clip.max);
    heat_map_.draw(canvas, rect.min, rect.max, gap, colour);
  });
}

void GramPanel::draw_labels(const Content& content) const {
  int n = 2;
  for (const auto& label : layout_.labels) {
    const ImU32 usual = label.level == 0 ? palette().text : palette().text_muted;
    const bool is_pointed = contains(*label.block, content.hovered);
    draw_label(gram_label_font(label.level), label.at, is_pointed ? palette().accent : usual, label.text,
               content.view, n++);
  }
}

void GramPanel::draw_outlines(const Content& content) const {
  const Index rows = content.values.rows();
  const Index block = gram_block(static_cast<Index>(content.order.order.size()));
  const auto outline = [&](std::optional<GramCell> cell, ImU32 colour, float width) {
    if (cell) cell = GramCell{cell->row / block, cell->column / block};
    if (cell && cell->row < rows && cell->column < rows) draw_cell_outline(layout_, *cell, colour, width);
  };
  // Those at the edge of a whole matrix reach over it a little.
  const Rect& m = layout_.matrix;
  const float over = layout_.is_whole() ? 4 * ui_scale() : 0.0f;
  const ScopedClip clip({{m.min.x - over, m.min.y - over}, {m.max.x + over, m.max.y + over}});
  outline(content.hovered, with_opacity(palette().text, 0.8f), std::max(1.0f, ui_scale()));
  outline(content.selected, palette().accent, 2 * ui_scale());
}

GramPanel::Pointed GramPanel::draw(Observatory& observatory, const Rect& body, const Content& content) {
  const Index rows = content.values.rows();
  const auto count = static_cast<Index>(content.order.order.size());
  // Rows that stand for several neighbours are in order already.
  const Index block = gram_block(count);
  const bool is_ordered = count == rows;
  content.zoom.adopt(rows);
  layout_ = lay_out(body, content, content.zoom);
  if (layout_.matrix.width() < 4) return {};

  const auto state = interact(fmt::format("view.{}.matrix", content.view), layout_.matrix);
  const MatrixZoom before = content.zoom;
  steer(body, content, state);
  if (content.zoom != before) layout_ = lay_out(body, content, content.zoom);

  draw_matrix(observatory, content, is_ordered);
  draw_labels(content);
  const Levels& levels = levels_of(content, content.zoom);
  if (levels.size() > 1 || (!levels.empty() && levels[0].size() < static_cast<std::size_t>(rows)))
    draw_separators(layout_, levels[0]);
  if (layout_.has_bar) draw_cosine_bar(layout_.bar, content.view);
  if (!content.is_bare) draw_position(layout_);

  Pointed pointed;
  pointed.is_clicked = state.was_pressed && state.is_hovered && !was_dragged() && !ignores_click_;
  if (state.is_hovered && !(state.is_held && was_dragged())) {
    pointed.cell = layout_.cell_at(ImGui::GetIO().MousePos);
    pointed.cell = GramCell{pointed.cell->row * block, pointed.cell->column * block};
  }
  draw_outlines(content);
  draw_focus_ring(state, layout_.matrix, 0.0f);
  return pointed;
}

}  // namespace gramscope::app
