#include <algorithm>
#include <cmath>

#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/side_views.h"

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

/// A bar per factor: how much closer contexts are for sharing its value, with a tick where the factors alone
/// would put it.
class ContrastView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const float scale = ui_scale();
    const float margin = 12.0f * scale;
    const float left = rect.min.x + margin;
    const float right = rect.max.x - margin;
    float y = rect.min.y + 8.0f * scale;
    y += group_heading({left, y}, "Factor contrast", "same − different cosine", right) + 6.0f * scale;
    const auto& task = observatory.task();
    if (task.factors.empty()) {
      draw_wrapped(fonts().body, {left, y}, right - left, fonts().body->FontSize + 2.0f * scale,
                   palette().text_muted, observatory.is_recording() ? "The files have no array “factors”." : "This task has no latent factors.");
      return;
    }
    refresh_targets(observatory);
    const auto count = static_cast<float>(task.factors.size());
    const float row_height = std::round(std::clamp((rect.max.y - y) / count, 18.0f * scale, 27.0f * scale));
    const auto* snapshot = observatory.snapshot();
    for (std::size_t f = 0; f < task.factors.size(); ++f) {
      if (y + row_height > rect.max.y + 1.0f) break;
      const Rect row{{left, y}, {right, y + row_height}};
      const auto* value =
          snapshot == nullptr ? nullptr : snapshot->metrics.find("contrast_" + task.factors[f].name);
      draw_row(row, task.factors[f].name, value, targets_[f]);
      y += row_height;
    }
  }

 private:
  void refresh_targets(const Observatory& observatory) {
    const auto* task = &observatory.task();
    if (task == task_ && targets_.size() == task->factors.size()) return;
    task_ = task;
    targets_.clear();
    for (const auto& factor : task->factors)
      targets_.push_back(gram_block(task->contexts) == 1
                             ? contrast_in(observatory.targets().of(TargetKind::semantic), factor)
                             : NAN);
  }

  static void draw_row(const Rect& rect, const std::string& factor, const MetricValue* value, double target) {
    const auto& colours = palette();
    const float scale = ui_scale();
    auto& canvas = *ImGui::GetWindowDrawList();
    const auto state = interact("contrast." + factor, rect);
    const float label_width = 64.0f * scale;
    const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
    draw_text(fonts().body, {rect.min.x, y}, mixed(colours.text, colours.text_muted, 0.35f),
              elided(fonts().body, factor, label_width - 6.0f * scale));
    const float centre = std::round(0.5f * (rect.min.y + rect.max.y));
    const Rect bar{{rect.min.x + label_width, centre - 5.0f * scale},
                   {rect.max.x - 48.0f * scale, centre + 5.0f * scale}};
    const float rounding = 2.0f * scale;
    canvas.AddRectFilled(bar.min, bar.max, colours.track, rounding);
    const bool is_defined = value != nullptr && value->is_defined();
    if (is_defined) {
      const auto share = static_cast<float>(std::clamp(value->value, 0.0, 1.0));
      const float end = bar.min.x + std::round(share * bar.width());
      if (end > bar.min.x) canvas.AddRectFilled(bar.min, {end, bar.max.y}, colours.semantic, rounding);
    }
    if (std::isfinite(target)) {
      const float x = std::round(bar.min.x + static_cast<float>(std::clamp(target, 0.0, 1.0)) * bar.width());
      canvas.AddLine({x, bar.min.y - 3.0f * scale}, {x, bar.max.y + 3.0f * scale}, colours.text,
                     std::max(1.0f, scale));
    }
    draw_text_right(fonts().body, rect.max.x, y, is_defined ? colours.text : colours.text_dim,
                    is_defined ? format_fixed(value->value, 2) : "—");
    if (!wants_info_card(state)) return;
    InfoCard card{factor, "contrast_" + factor, {}};
    card.paragraph("Mean cosine of contexts that share this value, minus that of contexts that do not.",
                   colours.text);
    if (is_defined) card.fact("Now", format_fixed(value->value, 3), colours.semantic);
    if (value != nullptr && !value->is_defined())
      card.paragraph("Not defined here: " + value->undefined, colours.warning);
    if (std::isfinite(target)) card.fact("Factors alone", format_fixed(target, 3) + " (the tick)");
    card.fact("At collapse", "0");
    show_info_card(card, {CardPlace::Side::left, {rect.min.x - 20.0f * ui_scale(), rect.min.y}});
  }

  const Task* task_ = nullptr;
  std::vector<double> targets_;
};

}  // namespace

std::unique_ptr<View> make_contrast_view() { return std::make_unique<ContrastView>(); }

}  // namespace gramscope::app
