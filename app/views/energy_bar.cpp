#include "app/views/energy_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/hover_card.h"

namespace gramscope::app {
namespace {

std::string order_name(std::size_t order) {
  if (order == 1) return "main effects";
  if (order == 2) return "pairs of factors";
  return fmt::format("{} factors together", order);
}

/// From what attributes share to what they do not.
ImU32 order_colour(std::size_t order, std::size_t orders) {
  const float share = orders > 1 ? static_cast<float>(order - 1) / static_cast<float>(orders - 1) : 0.0f;
  return mixed(palette().semantic, palette().symmetric, share);
}

void show_card(std::size_t order, double energy, const std::vector<double>& shares) {
  InfoCard card{"Energy of " + order_name(order), fmt::format("energy_{}", order), {}};
  card.paragraph(
      order == 1
          ? "The share of the spread of contexts that each factor explains on its own."
          : fmt::format("The share of the spread of contexts that only {} factors together explain.", order),
      palette().text);
  card.fact("Formula", "|projection of C G C on the subspace of this order| / tr(C G C)");
  card.fact("Now", percentage(energy));
  if (order <= shares.size())
    card.fact("At collapse", percentage(shares[order - 1]) + ", its share of the dimensions (the tick)");
  show_info_card(card);
}

}  // namespace

std::vector<double> dimension_shares(std::span<const int> values_of_factors) {
  // Elementary symmetric polynomials, one factor after another.
  std::vector<double> polynomial(values_of_factors.size() + 1, 0.0);
  polynomial[0] = 1.0;
  double contexts = 1.0;
  for (const int values : values_of_factors) {
    contexts *= values;
    for (std::size_t k = polynomial.size() - 1; k > 0; --k) polynomial[k] += polynomial[k - 1] * (values - 1);
  }
  if (!(contexts > 1.0)) return {};
  std::vector<double> shares;
  for (std::size_t k = 1; k < polynomial.size(); ++k) shares.push_back(polynomial[k] / (contexts - 1.0));
  return shares;
}

std::vector<double> interaction_energies(const Metrics& metrics) {
  std::vector<double> energies;
  for (;;) {
    const auto* value = metrics.find(fmt::format("energy_{}", energies.size() + 1));
    if (value == nullptr) return energies;
    if (!value->is_defined()) return {};
    energies.push_back(value->value);
  }
}

float energy_bar_height() { return 74.0f * ui_scale(); }

void draw_energy_bar(const Rect& rect, const Task& task, std::span<const double> energies) {
  const float s = ui_scale();
  std::vector<int> values;
  for (const auto& factor : task.factors) values.push_back(static_cast<int>(factor.value_names.size()));
  const auto shares = dimension_shares(values);
  ImDrawList* list = ImGui::GetWindowDrawList();
  float y = rect.min.y;
  y += group_heading({rect.min.x, y}, "Interaction energy",
                     "of the spread of contexts; ticks: at the symmetric state", rect.max.x) +
       8 * s;
  const Rect bar{{rect.min.x, y}, {rect.max.x, y + 14 * s}};
  double sum = 0.0;
  double dimensions = 0.0;
  float left_of_caption = bar.min.x;
  const auto x_at = [&](double share) {
    return bar.min.x + static_cast<float>(std::clamp(share, 0.0, 1.0)) * bar.width();
  };
  for (std::size_t k = 1; k <= energies.size(); ++k) {
    const float left = std::round(x_at(sum));
    sum += energies[k - 1];
    const Rect part{{left, bar.min.y}, {std::max(left, std::round(x_at(sum))), bar.max.y}};
    const ImU32 colour = order_colour(k, energies.size());
    if (part.width() >= 1.0f) list->AddRectFilled(part.min, part.max, colour);
    if (part.width() >= 2.0f) {
      const auto state = interact(fmt::format("energy.{}", k), part);
      if (wants_info_card(state)) show_card(k, energies[k - 1], shares);
    }
    if (k < energies.size() && k <= shares.size()) {
      dimensions += shares[k - 1];
      const float x = std::round(x_at(dimensions));
      list->AddRectFilled({x, bar.min.y - 3 * s}, {x + std::max(1.0f, s), bar.max.y + 3 * s}, palette().text);
    }
    const std::string text = fmt::format("{} {}", order_name(k), percentage(energies[k - 1]));
    const float width = text_size(fonts().small, text).x;
    if (left_of_caption + 12 * s + width > rect.max.x) continue;
    const float side = std::round(7 * s);
    const float top = bar.max.y + 8 * s;
    const float middle = std::round(top + 0.5f * (fonts().small->FontSize - side));
    list->AddRectFilled({left_of_caption, middle}, {left_of_caption + side, middle + side}, colour, 1.5f * s);
    draw_text(fonts().small, {left_of_caption + 12 * s, top}, palette().text_muted, text);
    left_of_caption += 12 * s + width + 16 * s;
  }
}

}  // namespace gramscope::app
