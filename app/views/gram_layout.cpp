#include "app/views/gram_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

constexpr float kLabelGap = 10.0f;
constexpr float kBarGap = 18.0f;
constexpr float kBarWidth = 10.0f;
constexpr int kMostLabelLevels = 2;

/// Longer labels are shortened: the matrix is what is to be seen.
constexpr float kWidestLabel = 150.0f;

/// A column of labels beside the matrix.
struct LabelColumn {
  std::size_t level = 0;
  int rank = 0;        ///< 0: the outermost of those shown
  float width = 0.0f;  ///< 0 where none of its labels fits
};

using LabelLevels = std::vector<std::vector<RowBlock>>;

/// Which levels stand beside the matrix, `count` of them: the outer ones of a whole matrix; of a part of it
/// the names of rows first.
std::vector<LabelColumn> label_columns(const LabelLevels& levels, int count, bool is_whole) {
  std::vector<LabelColumn> columns;
  for (int i = 0; i < count; ++i) {
    const bool is_last = !is_whole && i == count - 1;
    columns.push_back({is_last ? levels.size() - 1 : static_cast<std::size_t>(i), i, 0.0f});
  }
  return columns;
}

/// Widths for that cell size.
void measure_labels(std::vector<LabelColumn>& columns, const LabelLevels& levels, float cell) {
  for (auto& column : columns) {
    ImFont* font = gram_label_font(column.rank);
    column.width = 0.0f;
    const float most = kWidestLabel * ui_scale();
    for (const auto& block : levels[column.level])
      if (column.width < most && cell * static_cast<float>(block.end - block.begin) >= font->FontSize)
        column.width = std::max(column.width, std::min(text_size(font, block.label).x, most));
  }
}

float labels_width_of(const std::vector<LabelColumn>& columns) {
  float total = 0.0f;
  for (const auto& column : columns)
    if (column.width > 0.0f) total += std::ceil(column.width) + kLabelGap * ui_scale();
  return total;
}

void place_labels(GramLayout& layout, const LabelLevels& levels, const std::vector<LabelColumn>& columns) {
  float right = layout.matrix.min.x;
  for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
    if (column->width == 0.0f) continue;
    right -= kLabelGap * ui_scale();
    ImFont* font = gram_label_font(column->rank);
    for (const auto& block : levels[column->level]) {
      // A block that is seen in part is named beside that part.
      const float top = std::max(layout.matrix.min.y, layout.y_of(block.begin));
      const float bottom = std::min(layout.matrix.max.y, layout.y_of(block.end));
      if (bottom - top < font->FontSize || block.label.empty()) continue;
      std::string text = elided_middle(font, block.label, kWidestLabel * ui_scale());
      const float left = right - text_size(font, text).x;
      layout.labels.push_back(
          {{left, (top + bottom) / 2 - font->FontSize / 2}, &block, column->rank, std::move(text)});
    }
    right -= std::ceil(column->width);
  }
}

/// Cells and edges of a picture that has its place.
void look_through(GramLayout& layout, const MatrixZoom& zoom) {
  const auto rows = static_cast<double>(layout.rows);
  const double side = layout.matrix.width();
  layout.cell = static_cast<float>(side / rows);
  if (zoom.is_whole()) return;
  layout.cell = static_cast<float>(side / (zoom.span() * rows));
  if (layout.cell >= kTellApartFrom * ui_scale()) layout.cell = std::floor(layout.cell);
  // Of cells made a little smaller, more are seen: the last edge of the matrix stays the last of the picture.
  const double most = std::max(0.0, rows - side / static_cast<double>(layout.cell));
  const bool is_told_apart = layout.cell >= kTellApartFrom * ui_scale();
  const auto first = [&](double share) {
    const double cells = std::min(share * rows, most);
    const auto cell = static_cast<double>(layout.cell);
    return is_told_apart ? std::round(cells * cell) / cell : cells;
  };
  layout.first_column = first(zoom.left());
  layout.first_row = first(zoom.top());
}

GramLayout::Range visible(double first, float length, float cell, Index rows) {
  const auto begin = std::clamp<Index>(static_cast<Index>(first + 1e-6), 0, rows - 1);
  const auto end = static_cast<Index>(std::ceil(first + static_cast<double>(length / cell) - 1e-3));
  return {begin, std::clamp<Index>(end, begin + 1, rows)};
}

}  // namespace

ImFont* gram_label_font(int level) { return level == 0 ? fonts().body : fonts().small; }

float cosine_bar_room() {
  return (kBarGap + kBarWidth + 5.0f) * ui_scale() + text_size(fonts().small, "+1").x;
}

float cosine_bar_width() { return kBarWidth * ui_scale(); }

float gram_side(float available, Index rows) {
  const float cells = static_cast<float>(rows);
  const float cell = available / cells;
  return cell >= kTellApartFrom * ui_scale() ? std::floor(cell) * cells : std::floor(available);
}

GramCell GramLayout::cell_at(ImVec2 point) const {
  const auto index = [&](double first, float offset) {
    return std::clamp<Index>(static_cast<Index>(std::floor(first + static_cast<double>(offset / cell))), 0,
                             rows - 1);
  };
  return {index(first_row, point.y - matrix.min.y), index(first_column, point.x - matrix.min.x)};
}

GramLayout::Range GramLayout::visible_rows() const { return visible(first_row, matrix.height(), cell, rows); }
GramLayout::Range GramLayout::visible_columns() const {
  return visible(first_column, matrix.width(), cell, rows);
}

GramLayout lay_out_gram(const Rect& body, Index rows, const LabelLevels& levels, const MatrixZoom& zoom) {
  const float s = ui_scale();
  const float margin = std::min(12.0f * s, body.width() / 16);
  const float height = body.height() - margin - 2 * s;
  const float width = body.width() - 2 * margin;
  GramLayout layout;
  layout.rows = rows;
  if (rows == 0 || height < 8 || width < 8) return layout;

  const bool is_whole = zoom.is_whole();
  const auto fitting_side = [&](float available) {
    return is_whole ? gram_side(available, rows) : std::floor(available);
  };
  // While zoomed, cells may become as large as anyone likes.
  const auto cell_of = [&](float side) {
    return is_whole ? side / static_cast<float>(rows)
                    : std::numeric_limits<float>::max() / static_cast<float>(rows + 1);
  };
  const float largest = fitting_side(std::min(width, height));
  const int most_levels = std::min<int>(kMostLabelLevels, static_cast<int>(levels.size()));
  float labels_width = 0.0f;
  float size = largest;
  std::vector<LabelColumn> columns;
  // From the richest picture down to the bare matrix, which always fits.
  for (int option = 0; option <= most_levels + 1; ++option) {
    layout.has_bar = option <= most_levels && height > 48 * s;
    columns = label_columns(levels, std::max(0, most_levels - option), is_whole);
    measure_labels(columns, levels, cell_of(largest));
    const float bar = layout.has_bar ? cosine_bar_room() : 0.0f;
    size = fitting_side(std::min(height, width - labels_width_of(columns) - bar));
    // A smaller matrix has shorter blocks: some labels may not fit beside it any more.
    if (is_whole) measure_labels(columns, levels, cell_of(size));
    labels_width = labels_width_of(columns);
    if (size >= 0.8f * largest) break;
  }
  const float bar = layout.has_bar ? cosine_bar_room() : 0.0f;
  // The matrix stands in the middle as long as that leaves room for what is beside it.
  const float centred = body.min.x + (body.width() - size - labels_width - bar) / 2 + labels_width;
  const float left = std::round(centred);
  const float top = std::round(body.min.y + (height - size) / 2 + 2 * s);
  layout.matrix = {{left, top}, {left + size, top + size}};
  look_through(layout, zoom);
  const float bar_left = layout.matrix.max.x + kBarGap * s;
  layout.bar = {{bar_left, top}, {bar_left + kBarWidth * s, top + size}};
  place_labels(layout, levels, columns);
  return layout;
}

GramLayout lay_out_bare_gram(const Rect& body, Index rows, const MatrixZoom& zoom) {
  GramLayout layout;
  layout.rows = rows;
  if (rows == 0) return layout;
  const float side = gram_side(std::min(body.width(), body.height()), rows);
  const ImVec2 at{std::round(body.min.x), std::round(body.min.y)};
  layout.matrix = {at, {at.x + side, at.y + side}};
  if (side > 0) look_through(layout, zoom);
  return layout;
}

}  // namespace gramscope::app
