#include "app/views/context_gram.h"

#include <algorithm>

namespace gramscope::app {
namespace {

std::string order_summary(const Task& task, const Grouping& grouping) {
  switch (grouping.by) {
    case Grouping::By::factor:
      return "Contexts with the same " + grouping_label(task, grouping) + " stand together.";
    case Grouping::By::label:
      return "Contexts that the same word follows stand together.";
    case Grouping::By::next_word:
      return "Contexts with the same most likely next word stand together.";
    case Grouping::By::support:
      return "Contexts that the same words can follow stand together.";
    case Grouping::By::nothing:
      return "The order of the task, the same in every file.";
  }
  return {};
}

}  // namespace

void draw_order_picker(ViewHeader& header, const Task& task, Grouping& order) {
  const auto allowed = groupings(task);
  if (allowed.size() < 2) return;
  std::vector<Option> options;
  for (const auto& grouping : allowed)
    options.push_back({grouping_key(task, grouping), grouping_label(task, grouping), order_summary(task, grouping)});
  const auto current = std::find(allowed.begin(), allowed.end(), fitting(task, order));
  const auto picked = header.picker("order", "order", options, static_cast<int>(current - allowed.begin()));
  if (picked) order = allowed[static_cast<std::size_t>(*picked)];
}

std::optional<GramCell> cell_of(const GramOrder& order, std::optional<Index> a, std::optional<Index> b) {
  if (!a) return std::nullopt;
  const Index second = b.value_or(*a);
  const auto count = static_cast<Index>(order.position.size());
  if (*a < 0 || *a >= count || second < 0 || second >= count) return std::nullopt;
  return GramCell{order.position[static_cast<std::size_t>(*a)], order.position[static_cast<std::size_t>(second)]};
}

std::optional<Index> paired_word(const Task& task, std::optional<Index> context) {
  if (!context || *context < 0 || *context >= static_cast<Index>(task.labels.size())) return std::nullopt;
  return task.labels[static_cast<std::size_t>(*context)];
}

void ContextGram::draw(Observatory& observatory, const Rect& body, const MatrixF& values,
                       const std::shared_ptr<const Task>& task, std::string_view key, bool has_strip) {
  const GramOrder& order = observatory.context_order();
  Selection& selection = observatory.view.selection;
  const Index block = gram_block(task->contexts);
  const float strip = has_strip && block > 1 ? ContextStrip::height(body) : 0.0f;
  const auto pointed =
      panel_.draw(observatory, {body.min, {body.max.x, body.max.y - strip}},
                  {values, order, key, cell_of(order, selection.context_a, selection.context_b),
                   cell_of(order, selection.hovered_a, selection.hovered_b), observatory.view.context_zoom});
  if (strip > 0.0f) {
    if (const auto other = strip_.draw(observatory, body, panel_.layout(), key)) {
      hover_.set(selection, selection.context_a, *other);
      return;
    }
  }
  if (!pointed.cell) return leave(observatory);
  const Index a = order.order[static_cast<std::size_t>(pointed.cell->row)];
  const Index b = order.order[static_cast<std::size_t>(pointed.cell->column)];
  hover_.set(selection, a, b);
  if (pointed.is_clicked) select_pair(selection, a, b);
  if (block > 1)
    draw_block_card(observatory, pointed.cell->row, pointed.cell->column);
  else
    draw_pair_card(observatory, a, b, false);
}

void ContextGram::leave(Observatory& observatory) {
  hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
}

}  // namespace gramscope::app
