#include "app/views/matrix_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gl/colour_map.h"
#include "app/ui/axis.h"
#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

/// Cells from this width on are told apart by a line.
constexpr float kLinesFrom = 6.0f;
/// Beyond it a cell is a bar, and its matrix no picture of entries any more.
constexpr float kMostElongated = 2.0f;
constexpr float kCaption = 20.0f;
constexpr float kNameGap = 8.0f;

/// The names of single rows: the innermost level of their order, where it has one for every row.
const std::vector<RowBlock>* names_of(const GramOrder& rows) {
  if (rows.levels.empty() || rows.levels.back().size() != rows.order.size()) return nullptr;
  return &rows.levels.back();
}

struct Geometry {
  Rect matrix{};
  CellSize cell;
};

Geometry geometry_of(const Rect& place, Index rows, Index columns) {
  Geometry g;
  g.matrix = MatrixPanel::matrix_rect(place, rows, columns);
  g.cell = {g.matrix.width() / static_cast<float>(columns), g.matrix.height() / static_cast<float>(rows)};
  return g;
}

/// "−5 ▬▬▬ +5", ending at `right`. Gives where it begins; `right` where there is no room.
float draw_colours(const MatrixPanel::Content& content, float left, float right, float top, int n) {
  const float s = ui_scale();
  ImFont* font = fonts().small;
  const std::string limit = format_short(content.limit);
  const std::string high = content.is_signed ? fmt::format("+{}", limit) : limit;
  const std::string low = content.is_signed ? fmt::format("−{}", limit) : "0";
  const float low_width = text_size(font, low).x;
  const float high_width = text_size(font, high).x;
  const float gap = 5 * s;
  const float bar = 40 * s;
  const float begin = std::round(right - high_width - low_width - bar - 2 * gap);
  if (begin < left) return right;
  const float y = centred_y(font, top, top + kCaption * s);
  draw_label(font, {begin, y}, palette().text_muted, low, content.view, n);
  draw_label(font, {right - high_width, y}, palette().text_muted, high, content.view, n + 1);
  const Rect rect{{std::round(begin + low_width + gap), std::round(top + 0.5f * kCaption * s - 3 * s)},
                  {std::round(begin + low_width + gap + bar), std::round(top + 0.5f * kCaption * s + 3 * s)}};
  ImDrawList* list = ImGui::GetWindowDrawList();
  constexpr int kSteps = 24;
  const float first = content.is_signed ? -1.0f : 0.0f;
  for (int i = 0; i < kSteps; ++i) {
    const auto share = [](int k) { return static_cast<float>(k) / kSteps; };
    const Colour from = diverging_map().at(first + (1.0f - first) * share(i));
    const Colour to = diverging_map().at(first + (1.0f - first) * share(i + 1));
    list->AddRectFilledMultiColor({rect.min.x + bar * share(i), rect.min.y}, {rect.min.x + bar * share(i + 1), rect.max.y},
                                  from, to, to, from);
  }
  // Against the ground, on which the colour of zero cannot be seen.
  list->AddRect(rect.min, rect.max, palette().line);
  return begin;
}

void draw_caption(const MatrixPanel::Content& content, const Rect& matrix, float right_most, float top) {
  const float s = ui_scale();
  const int n = 100 + 10 * content.number;
  // Above a narrow matrix the caption may go on to the right, up to the next one.
  const float right = std::max(matrix.max.x, std::min(right_most, matrix.min.x + 150 * s));
  const float width = text_size(fonts().strong, content.name).x;
  if (width > right - matrix.min.x) return;
  const float y = centred_y(fonts().strong, top, top + kCaption * s);
  draw_label(fonts().strong, {matrix.min.x, y}, palette().text, content.name, content.view, n);
  float left = matrix.min.x + width + 7 * s;
  const float end =
      content.values != nullptr ? draw_colours(content, left, right, top, n + 2) - 10 * s : right;
  if (left + text_size(fonts().small, content.meaning).x > end) return;
  draw_label(fonts().small, {left, centred_y(fonts().small, top, top + kCaption * s)}, palette().text_muted,
             content.meaning, content.view, n + 1);
}

/// Between the outer groups of contexts, where these are wide enough to be seen.
void draw_separators(const Geometry& g, const GramOrder& columns) {
  if (columns.levels.empty() || columns.levels.front().size() == columns.order.size()) return;
  const float width = ui_scale();
  ImDrawList* list = ImGui::GetWindowDrawList();
  const auto& blocks = columns.levels.front();
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const float cells = static_cast<float>(std::min(blocks[i].end - blocks[i].begin, blocks[i - 1].end - blocks[i - 1].begin));
    if (g.cell.width * cells < 8 * width) continue;
    const float x = std::round(g.matrix.min.x + g.cell.width * static_cast<float>(blocks[i].begin)) - width;
    list->AddRectFilled({x, g.matrix.min.y}, {x + width, g.matrix.max.y}, with_opacity(palette().text_muted, 0.42f));
  }
}

/// An outline that is never smaller than can be seen.
void draw_outline(Rect rect, ImU32 colour, float width) {
  const auto grow = [&](float& low, float& high) {
    const float more = std::max(0.5f * width, (5 * ui_scale() - (high - low)) / 2);
    low = std::round(low - more);
    high = std::round(high + more);
  };
  grow(rect.min.x, rect.max.x);
  grow(rect.min.y, rect.max.y);
  ImGui::GetWindowDrawList()->AddRect(rect.min, rect.max, colour, 0.0f, 0, width);
}

Rect column_rect(const Geometry& g, Index column) {
  const float left = g.matrix.min.x + g.cell.width * static_cast<float>(column);
  return {{left, g.matrix.min.y}, {left + g.cell.width, g.matrix.max.y}};
}

void draw_pointed(const Geometry& g, const MatrixPanel::Content& content) {
  const float s = ui_scale();
  const auto columns = static_cast<Index>(content.columns.order.size());
  if (content.selected_column && *content.selected_column < columns)
    draw_outline(column_rect(g, *content.selected_column), palette().accent, std::max(1.0f, 1.5f * s));
  if (!content.column || *content.column >= columns) return;
  Rect column = column_rect(g, *content.column);
  const ImU32 ink = palette().text;
  draw_outline(column, with_opacity(ink, 0.55f), std::max(1.0f, s));
  if (!content.row || *content.row >= static_cast<Index>(content.rows.order.size())) return;
  column.min.y = g.matrix.min.y + g.cell.height * static_cast<float>(*content.row);
  column.max.y = column.min.y + g.cell.height;
  draw_outline(column, ink, std::max(1.0f, 1.5f * s));
}

}  // namespace

CellSize fitting_cells(float width, float height, Index rows, Index columns) {
  if (rows == 0 || columns == 0 || width <= 0 || height <= 0) return {};
  const float least = kLinesFrom * ui_scale();
  CellSize cell{width / static_cast<float>(columns), height / static_cast<float>(rows)};
  const CellSize free = cell;
  // Cells too small to be told apart may have any shape: the picture is what counts then.
  cell.width = std::min(cell.width, std::max(kMostElongated * free.height, least));
  cell.height = std::min(cell.height, std::max(kMostElongated * free.width, least));
  if (cell.width >= least) cell.width = std::floor(cell.width);
  if (cell.height >= least) cell.height = std::floor(cell.height);
  return cell;
}

Rect PanelGrid::place(int number) const {
  const auto at = [](float low, float high, int i, int count, float between) {
    const float size = (high - low - between * static_cast<float>(count - 1)) / static_cast<float>(count);
    const float begin = low + (size + between) * static_cast<float>(i);
    return std::pair{std::round(begin), std::round(begin + size)};
  };
  const auto [left, right] = at(body.min.x, body.max.x, number % columns, columns, std::round(gap));
  const auto [top, bottom] = at(body.min.y, body.max.y, number / columns, lines, std::round(0.5f * gap));
  return {{left, top}, {right, bottom}};
}

PanelGrid arrange_matrices(const Rect& body, int count, Index rows, Index columns, float caption, float gap) {
  PanelGrid best;
  float largest = -1.0f;
  for (int lines = 1; lines <= count; ++lines) {
    if (count % lines != 0) continue;
    const PanelGrid grid{count / lines, lines, gap, body};
    const Rect place = grid.place(0);
    const CellSize cell = fitting_cells(place.width(), place.height() - caption, rows, columns);
    const float side = std::min(cell.width, cell.height);
    if (side <= largest * 1.0001f) continue;
    largest = side;
    best = grid;
  }
  // As much as the matrices need, in the middle; a caption is read beside a narrow matrix too.
  const Rect place = best.place(0);
  const CellSize cell = fitting_cells(place.width(), place.height() - caption, rows, columns);
  const float width = std::min(place.width(), std::max(cell.width * static_cast<float>(columns), 130 * ui_scale()));
  const float height = std::min(place.height(), caption + cell.height * static_cast<float>(rows));
  // From the places up, not from the body down: all places are then equally many pixels wide.
  const float all_width = width * static_cast<float>(best.columns) + std::round(gap) * static_cast<float>(best.columns - 1);
  const float all_height = height * static_cast<float>(best.lines) + std::round(0.5f * gap) * static_cast<float>(best.lines - 1);
  best.body.min = {std::round(body.min.x + 0.5f * std::max(0.0f, body.width() - all_width)),
                   std::round(body.min.y + 0.5f * std::max(0.0f, body.height() - all_height))};
  best.body.max = {best.body.min.x + all_width, best.body.min.y + all_height};
  return best;
}

float SteadyLimit::follow(float largest) {
  constexpr double kToSpare = 0.8;
  if (!(largest > 0.0f) || !std::isfinite(largest)) return limit_ > 0.0 ? static_cast<float>(limit_) : 1.0f;
  const double wanted = round_up_125(largest);
  if (wanted > limit_ || round_up_125(largest / kToSpare) < limit_) limit_ = wanted;
  return static_cast<float>(limit_);
}

float MatrixPanel::caption_height() { return kCaption * ui_scale(); }

Rect MatrixPanel::matrix_rect(const Rect& place, Index rows, Index columns) {
  const float top = std::round(place.min.y + caption_height());
  const CellSize cell = fitting_cells(place.width(), place.max.y - top, rows, columns);
  return {{place.min.x, top},
          {place.min.x + cell.width * static_cast<float>(columns), top + cell.height * static_cast<float>(rows)}};
}

std::optional<MatrixPanel::Pointed> MatrixPanel::draw(Observatory& observatory, const Rect& place,
                                                      const Content& content) {
  const auto rows = static_cast<Index>(content.rows.order.size());
  const auto columns = static_cast<Index>(content.columns.order.size());
  const Geometry g = geometry_of(place, rows, columns);
  if (g.matrix.width() < 4 || g.matrix.height() < 4) return std::nullopt;
  draw_caption(content, g.matrix, place.max.x, place.min.y);
  if (content.values == nullptr) {
    ImGui::GetWindowDrawList()->AddRect(g.matrix.min, g.matrix.max, palette().line);
    return std::nullopt;
  }
  const Canvas canvas = Canvas::current();
  heat_map_.set(*content.values, content.rows.order, content.columns.order,
                {static_cast<int>(g.matrix.height() * canvas.scale.y), static_cast<int>(g.matrix.width() * canvas.scale.x)});
  const bool has_gaps = std::min(g.cell.width, g.cell.height) >= kLinesFrom * ui_scale();
  const float gap = has_gaps ? std::max(1.0f, std::round(canvas.scale.x)) : 0.0f;
  observatory.draws.add([this, canvas, rect = g.matrix, gap, colour = palette().background, limit = content.limit] {
    heat_map_.draw(canvas, rect.min, rect.max, gap, colour, limit);
  });
  if (!has_gaps) ImGui::GetWindowDrawList()->AddRect(g.matrix.min, g.matrix.max, palette().line);
  draw_separators(g, content.columns);
  draw_pointed(g, content);

  const auto state = interact(fmt::format("view.{}.matrix.{}", content.view, content.number), g.matrix);
  draw_focus_ring(state, g.matrix, 0.0f);
  if (!state.is_hovered) return std::nullopt;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const auto index = [](float offset, float cell, Index count) {
    return std::clamp<Index>(static_cast<Index>(offset / cell), 0, count - 1);
  };
  return Pointed{index(mouse.y - g.matrix.min.y, g.cell.height, rows),
                 index(mouse.x - g.matrix.min.x, g.cell.width, columns), state.was_pressed};
}

float row_names_width(float cell_height, const GramOrder& rows, float most) {
  const auto* names = names_of(rows);
  if (names == nullptr || cell_height < fonts().small->FontSize) return 0.0f;
  float width = 0.0f;
  for (const auto& block : *names) width = std::max(width, text_size(fonts().small, block.label).x);
  return width > 0.0f ? std::ceil(std::min(width, most)) + kNameGap * ui_scale() : 0.0f;
}

int draw_row_names(const Rect& matrix, const GramOrder& rows, float width, std::string_view view, int first_label,
                   std::optional<Index> pointed) {
  const auto* names = names_of(rows);
  if (names == nullptr) return 0;
  const float gap = kNameGap * ui_scale();
  const float cell = matrix.height() / static_cast<float>(rows.order.size());
  int n = first_label;
  for (const auto& block : *names) {
    const std::string text = elided_middle(fonts().small, block.label, width - gap);
    const float top = matrix.min.y + cell * static_cast<float>(block.begin);
    const ImU32 colour = pointed == block.begin ? palette().accent : palette().text_muted;
    draw_label(fonts().small,
               {matrix.min.x - gap - text_size(fonts().small, text).x, centred_y(fonts().small, top, top + cell)}, colour,
               text, view, n++);
  }
  return n - first_label;
}

}  // namespace gramscope::app
