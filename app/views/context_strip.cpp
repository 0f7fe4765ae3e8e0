#include "app/views/context_strip.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gl/colour_map.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/pair_card.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr float kStripCaption = 18.0f;
constexpr float kStripCells = 16.0f;
constexpr float kBelowStrip = 10.0f;

}  // namespace

float ContextStrip::height(const Rect& body) {
  const float room = (kStripCaption + kStripCells + kBelowStrip) * ui_scale();
  return body.height() >= 4 * room ? room : 0.0f;
}

GramLayout::Range ContextStrip::contexts_at(const GramLayout& matrix, float x, float pixel, Index block,
                                            Index contexts) {
  const double scale = static_cast<double>(block) * static_cast<double>(matrix.rows);
  const auto at = [&](float place) { return static_cast<Index>(std::floor(matrix.share_x(place) * scale)); };
  const Index begin = std::clamp<Index>(at(x), 0, contexts - 1);
  return {begin, std::clamp<Index>(at(x + pixel), begin + 1, contexts)};
}

void ContextStrip::draw_cells(Observatory& observatory, const Rect& rect, const GramLayout& matrix,
                              Index block) {
  const auto contexts = static_cast<Index>(row_.cosines().size());
  if (version_ != row_.version()) values_ = row_.cosines().transpose();
  version_ = row_.version();
  const auto columns = matrix.visible_columns();
  const Index begin = columns.begin * block;
  const Index end = std::min(columns.end * block, contexts);
  shown_.clear();
  const auto& order = observatory.context_order().order;
  for (Index i = begin; i < end; ++i) shown_.push_back(order[static_cast<std::size_t>(i)]);
  const float cell = matrix.cell / static_cast<float>(block);
  const float left = matrix.x_of(columns.begin);
  const Rect whole{{left, rect.min.y}, {left + cell * static_cast<float>(end - begin), rect.max.y}};
  const Canvas canvas = Canvas::current();
  static constexpr std::array<Index, 1> kOneRow{0};
  heat_map_.set(values_, kOneRow, shown_, {1, static_cast<int>(whole.width() * canvas.scale.x)});
  const float gap = cell >= kTellApartFrom * ui_scale() ? std::max(1.0f, std::round(canvas.scale.x)) : 0.0f;
  observatory.draws.add([this, canvas, whole, rect, gap, colour = palette().background] {
    const ScissorScope scissor(canvas, rect.min, rect.max);
    heat_map_.draw(canvas, whole.min, whole.max, gap, colour);
  });
}

void ContextStrip::draw_card(const Task& task, const GramLayout::Range& range, Index highest) const {
  const auto line = [](HoverCard& card, std::string_view label, float value) {
    card.fact(label, signed_cosine(static_cast<double>(value)), diverging_map().at(value));
  };
  HoverCard card;
  card.name(context_name(task, *row_.context()));
  card.name(context_name(task, highest));
  line(card, "cosine now", row_.cosines()(highest));
  if (range.end - range.begin <= 1) return;
  card.heading(fmt::format("the nearest of rows {}–{}", range.begin + 1, range.end));
}

std::optional<Index> ContextStrip::draw(Observatory& observatory, const Rect& body, const GramLayout& matrix,
                                        std::string_view key) {
  const float s = ui_scale();
  const auto selected = selected_context(observatory);
  row_.refresh(observatory, selected);
  const Rect rect{{matrix.matrix.min.x, std::round(body.max.y - (kBelowStrip + kStripCells) * s)},
                  {matrix.matrix.max.x, std::round(body.max.y - kBelowStrip * s)}};
  if (rect.width() < 40 * s) return std::nullopt;
  const Task& task = observatory.snapshot()->task();
  ImFont* font = fonts().small;
  const std::string hint = "Click a row to see a context's cosines one by one.";
  std::string caption = text_size(font, hint).x <= rect.width() ? hint : "Click a row";
  if (selected)
    caption = row_.cosines().size() > 0 ? context_name(task, *selected) + ", with every context"
                                        : "waiting for the next step";
  const float caption_top = rect.min.y - (kStripCaption - 2) * s;
  draw_label(font, {rect.min.x, caption_top}, palette().text_muted, elided_start(font, caption, rect.width()),
             key, 900);
  if (row_.cosines().size() != task.contexts) {
    ImGui::GetWindowDrawList()->AddRect(rect.min, rect.max, palette().line);
    return std::nullopt;
  }
  const Index block = gram_block(task.contexts);
  draw_cells(observatory, rect, matrix, block);
  const auto state = interact(fmt::format("view.{}.strip", key), rect);
  if (!state.is_hovered) return std::nullopt;
  const float x = ImGui::GetIO().MousePos.x;
  const auto range = contexts_at(matrix, x, 1.0f, block, task.contexts);
  const auto& order = observatory.context_order().order;
  Index highest = order[static_cast<std::size_t>(range.begin)];
  for (Index i = range.begin; i < range.end; ++i) {
    const Index j = order[static_cast<std::size_t>(i)];
    if (j != *row_.context() && !(row_.cosines()(j) <= row_.cosines()(highest))) highest = j;
  }
  draw_card(task, range, highest);
  ImGui::GetWindowDrawList()->AddLine({std::round(x) + 0.5f, rect.min.y - 3 * s},
                                      {std::round(x) + 0.5f, rect.max.y + 3 * s}, palette().text);
  if (state.was_pressed) observatory.view.selection.context_a = highest;
  return highest;
}

}  // namespace gramscope::app
