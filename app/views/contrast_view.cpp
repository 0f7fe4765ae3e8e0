#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/energy_bar.h"
#include "app/views/side_views.h"
#include "core/metrics/metric_list.h"

namespace gramscope::app {
namespace {

/// Mean of `gram` over pairs that share the factor's value, minus its mean over the other pairs; NaN where
/// one of the two kinds of pairs is missing.
double contrast_in(const MatrixF& gram, const Factor& factor) {
  double same = 0.0;
  double other = 0.0;
  Index same_count = 0;
  Index other_count = 0;
  for (Index j = 0; j < gram.cols(); ++j) {
    for (Index i = 0; i < j; ++i) {
      const bool is_same =
          factor.value[static_cast<std::size_t>(i)] == factor.value[static_cast<std::size_t>(j)];
      (is_same ? same : other) += static_cast<double>(gram(i, j));
      ++(is_same ? same_count : other_count);
    }
  }
  if (same_count == 0 || other_count == 0) return NAN;
  return same / static_cast<double>(same_count) - other / static_cast<double>(other_count);
}

/// The share of pairs that have one value of the factor: what the purity of contexts thrown together would
/// be.
double share_of_alike_pairs(const Factor& factor) {
  std::vector<double> sizes(factor.value_names.size(), 0.0);
  for (const int value : factor.value) sizes[static_cast<std::size_t>(value)] += 1.0;
  const auto n = static_cast<double>(factor.value.size());
  double alike = 0.0;
  for (const double size : sizes) alike += size * (size - 1.0);
  return n > 1.0 ? alike / (n * (n - 1.0)) : NAN;
}

/// One of the numbers that a factor has.
struct FactorMeasure {
  std::string_view prefix;  ///< of its metric's key
  std::string_view heading;
  std::string_view meaning;
  std::string_view tick;  ///< what the tick in its bars stands for; empty: there is none
  std::string_view at_collapse;
};

constexpr std::array<FactorMeasure, 3> kMeasures{{
    {"contrast_", "contrast",
     "Mean cosine of contexts that share this value, minus that of contexts that do not.", "Factors alone",
     "0"},
    {"purity_", "purity", "Share of contexts whose nearest neighbour has the same value.", "By chance",
     "by chance"},
    {"silhouette_", "silhouette",
     "How much nearer contexts of the same value are than those of the nearest other value, 1 − cosine as "
     "distance.",
     "", "0"},
}};

/// A bar per factor: how much closer contexts are for sharing its value, with a tick where the factors alone
/// would put it. With room to the right of it, purity and silhouette as well; with room below, the energies
/// by order of interaction.
class ContrastView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const float scale = ui_scale();
    const float margin = 12.0f * scale;
    const float left = rect.min.x + margin;
    const float right = rect.max.x - margin;
    const bool is_wide = rect.width() > 420.0f * scale;
    float y = rect.min.y + 8.0f * scale;
    y += group_heading(
             {left, y}, "Factor contrast",
             is_wide ? "what contexts with a value in common have in common" : "same − different cosine",
             right) +
         6.0f * scale;
    const auto& task = observatory.task();
    if (task.factors.empty()) {
      draw_wrapped(fonts().body, {left, y}, right - left, fonts().body->FontSize + 2.0f * scale,
                   palette().text_muted, observatory.is_recording() ? "The files have no array “factors”." : "This task has no latent factors.");
      return;
    }
    refresh_targets(observatory);
    const auto* snapshot = observatory.snapshot();
    const auto energies =
        is_wide && snapshot != nullptr ? interaction_energies(snapshot->metrics) : std::vector<double>();
    float bottom = rect.max.y;
    if (!energies.empty() && rect.height() > 2 * energy_bar_height()) bottom -= energy_bar_height();
    const auto measures = shown_measures(is_wide, snapshot);
    if (measures.size() > 1) y += draw_headings({{left, y}, {right, bottom}}, measures);
    const float end = draw_rows(task, snapshot, measures, {{left, y}, {right, bottom}});
    if (bottom < rect.max.y)
      draw_energy_bar({{left, end + 16.0f * scale}, {std::min(right, left + 720.0f * scale), rect.max.y}},
                      task, energies);
  }

 private:
  static std::vector<std::size_t> shown_measures(bool is_wide, const Snapshot* snapshot) {
    std::vector<std::size_t> shown{0};
    if (!is_wide || snapshot == nullptr) return shown;
    const auto& values = snapshot->metrics.values();
    for (std::size_t i = 1; i < kMeasures.size(); ++i)
      if (std::any_of(values.begin(), values.end(),
                      [&](const MetricValue& value) { return value.key.starts_with(kMeasures[i].prefix); }))
        shown.push_back(i);
    return shown;
  }

  /// The columns of the bars: equally wide, and not wider than can be compared by eye.
  static Rect column(const Rect& row, std::size_t i, std::size_t count) {
    const float scale = ui_scale();
    const float names = (count > 1 ? 110.0f : 64.0f) * scale;
    const float gap = 18.0f * scale;
    const float room = row.width() - names + gap;
    const float width = std::min(room / static_cast<float>(count), 340.0f * scale);
    const float left = row.min.x + names + width * static_cast<float>(i);
    const float most = row.width() > 420.0f * scale ? std::min(row.max.x, left + 420.0f * scale) : row.max.x;
    return {{std::round(left), row.min.y}, {count > 1 ? std::round(left + width - gap) : most, row.max.y}};
  }

  static float draw_headings(const Rect& body, const std::vector<std::size_t>& measures) {
    const float height = fonts().small->FontSize + 5.0f * ui_scale();
    for (std::size_t i = 0; i < measures.size(); ++i)
      draw_text(fonts().small, column(body, i, measures.size()).min, palette().text_muted,
                kMeasures[measures[i]].heading);
    return height;
  }

  /// Gives where they end. Factors for which there is no room are counted in the last line.
  float draw_rows(const Task& task, const Snapshot* snapshot, const std::vector<std::size_t>& measures,
                  const Rect& body) const {
    const float scale = ui_scale();
    const std::size_t count = task.factors.size();
    const float row_height =
        std::round(std::clamp(body.height() / static_cast<float>(count), 18.0f * scale, 27.0f * scale));
    const auto room = static_cast<std::size_t>(std::max(0.0f, (body.height() + 1.0f) / row_height));
    const std::size_t shown = count <= room ? count : (room > 0 ? room - 1 : 0);
    float y = body.min.y;
    for (std::size_t f = 0; f < shown; ++f, y += row_height) {
      const Rect row{{body.min.x, y}, {body.max.x, y + row_height}};
      const float names = column(row, 0, measures.size()).min.x - row.min.x;
      draw_text(fonts().body, {row.min.x, centred_y(fonts().body, row.min.y, row.max.y)},
                mixed(palette().text, palette().text_muted, 0.35f),
                elided(fonts().body, task.factors[f].name, names - 6.0f * scale));
      for (std::size_t i = 0; i < measures.size(); ++i)
        draw_value(row, i, measures, snapshot, task.factors[f].name, f);
    }
    if (shown < count && room > 0) {
      draw_text(fonts().small, {body.min.x, centred_y(fonts().small, y, y + row_height)}, palette().text_dim,
                "and " + std::to_string(count - shown) + " more (F for a larger picture)");
      y += row_height;
    }
    return y;
  }

  void refresh_targets(const Observatory& observatory) {
    const auto* task = &observatory.task();
    if (task == task_ && contrasts_.size() == task->factors.size()) return;
    task_ = task;
    contrasts_.clear();
    chances_.clear();
    for (const auto& factor : task->factors) {
      contrasts_.push_back(gram_block(task->contexts) == 1
                               ? contrast_in(observatory.targets().of(TargetKind::semantic), factor)
                               : NAN);
      chances_.push_back(share_of_alike_pairs(factor));
    }
  }

  void draw_value(const Rect& row, std::size_t i, const std::vector<std::size_t>& measures,
                  const Snapshot* snapshot, const std::string& factor, std::size_t f) const {
    const auto& colours = palette();
    const float scale = ui_scale();
    const FactorMeasure& measure = kMeasures[measures[i]];
    const std::string key = std::string(measure.prefix) + factor;
    const auto* value = snapshot == nullptr ? nullptr : snapshot->metrics.find(key);
    const Rect place = column(row, i, measures.size());
    // In the narrow panel the name belongs to the control; beside other bars each has its own.
    const Rect sensitive = measures.size() > 1 ? place : row;
    const auto state = interact(measures[i] == 0 ? "contrast." + factor : "factor." + key, sensitive);
    const float y = centred_y(fonts().body, row.min.y, row.max.y);
    const float centre = std::round(0.5f * (row.min.y + row.max.y));
    const Rect bar{{place.min.x, centre - 5.0f * scale},
                   {place.max.x - 48.0f * scale, centre + 5.0f * scale}};
    const bool is_defined = value != nullptr && value->is_defined();
    const double target = measures[i] == 0 ? contrasts_[f] : measures[i] == 1 ? chances_[f] : NAN;
    draw_bar(bar, is_defined ? value->value : NAN, target);
    draw_text_right(fonts().body, place.max.x, y, is_defined ? colours.text : colours.text_dim,
                    is_defined ? format_fixed(value->value, 2) : "—");
    if (!wants_info_card(state)) return;
    InfoCard card{factor, key, {}};
    card.paragraph(std::string(measure.meaning), colours.text);
    if (const auto* entry = find_metric_entry(key)) card.fact("Formula", entry->formula);
    if (is_defined) card.fact("Now", format_fixed(value->value, 3), colours.semantic);
    if (value != nullptr && !value->is_defined())
      card.paragraph("Not defined here: " + value->undefined, colours.warning);
    if (std::isfinite(target)) card.fact(std::string(measure.tick), format_fixed(target, 3) + " (the tick)");
    card.fact("At collapse", std::string(measure.at_collapse));
    if (measures.size() > 1) return show_info_card(card);
    show_info_card(card, {CardPlace::Side::left, {row.min.x - 20.0f * scale, row.min.y}});
  }

  /// From 0 to 1 in a track; what is below 0 as long as it is, in the colour of a warning.
  static void draw_bar(const Rect& bar, double value, double target) {
    const auto& colours = palette();
    const float scale = ui_scale();
    const float rounding = 2.0f * scale;
    auto& canvas = *ImGui::GetWindowDrawList();
    canvas.AddRectFilled(bar.min, bar.max, colours.track, rounding);
    if (std::isfinite(value)) {
      const float length = std::round(static_cast<float>(std::min(std::abs(value), 1.0)) * bar.width());
      if (length >= 1.0f)
        canvas.AddRectFilled(bar.min, {bar.min.x + length, bar.max.y},
                             value < 0.0 ? colours.warning : colours.semantic, rounding);
    }
    if (!std::isfinite(target)) return;
    const float x = std::round(bar.min.x + static_cast<float>(std::clamp(target, 0.0, 1.0)) * bar.width());
    canvas.AddLine({x, bar.min.y - 3.0f * scale}, {x, bar.max.y + 3.0f * scale}, colours.text,
                   std::max(1.0f, scale));
  }

  const Task* task_ = nullptr;
  std::vector<double> contrasts_;  ///< by factor, in the semantic target
  std::vector<double> chances_;    ///< by factor: purity by chance
};

}  // namespace

std::unique_ptr<View> make_contrast_view() { return std::make_unique<ContrastView>(); }

}  // namespace gramscope::app
