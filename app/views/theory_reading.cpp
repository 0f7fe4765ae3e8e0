#include "app/views/theory_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/ui/format.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/view_header.h"
#include "core/train/max_margin_policy.h"

namespace gramscope::app {

namespace {

/// One significant digit: "3e−7".
std::string rounded_power(double value) {
  const int exponent = static_cast<int>(std::floor(std::log10(value)));
  const double digit = std::round(value / std::pow(10.0, exponent));
  const bool is_next = digit >= 10.0;
  return fmt::format("{:.0f}e−{}", is_next ? 1.0 : digit, -(exponent + (is_next ? 1 : 0)));
}

}  // namespace

std::string ridge_text(double ridge) {
  return ridge > 0.0 && ridge < 0.1 ? "λ " + rounded_power(ridge) : "λ " + format_short(ridge);
}

std::string proof_text(const MaxMarginTheory& theory) {
  const double gap = theory.solution.relative_gap();
  if (gap >= 0.1) return "not proved";
  return gap < 1e-12 ? "proved" : "proved to " + rounded_power(gap);
}

MaxMarginStanding max_margin_standing(const Observatory& observatory) {
  if (const auto& share = observatory.status().max_margin_share)
    return {fmt::format("solving for L_mm: {:.0f}%", std::floor(100.0 * *share)), false};
  if (observatory.is_recording()) {
    const Snapshot* snapshot = observatory.snapshot();
    return {snapshot != nullptr ? snapshot->embeddings->max_margin_missing : "L_mm is not there", false};
  }
  const std::string withheld = max_margin_withheld(observatory.config(), observatory.task());
  if (withheld.empty()) return {"L_mm is not there yet", false};
  const Index contexts = observatory.task().contexts;
  if (observatory.config().text_or("run.max_margin", "auto") == "never") return {"L_mm is switched off", true};
  return {fmt::format("L_mm of {} contexts takes a while", contexts), true};
}

void ask_for_max_margin(Observatory& observatory) {
  observatory.set_parameter("run.max_margin", Value{std::string("always")});
}

void draw_max_margin_placeholder(Observatory& observatory, const Rect& rect, std::string_view view) {
  const auto standing = max_margin_standing(observatory);
  if (!standing.can_be_asked_for) return draw_placeholder(rect, standing.text, view);
  const float s = ui_scale();
  const bool is_narrow = button_width("Solve for L_mm") > rect.width() - 4 * s;
  const std::string label = is_narrow ? "Solve" : "Solve for L_mm";
  const float width = std::round(button_width(label));
  const float height = std::round(26 * s);
  const float text_height = fonts().body->FontSize;
  const float gap = 10 * s;
  const bool has_text = text_size(fonts().body, standing.text).x <= rect.width() - 24 * s &&
                        height + gap + text_height <= rect.height() - 8 * s;
  if (width > rect.width() - 4 * s || height > rect.height()) return;
  const float total = height + (has_text ? gap + text_height : 0.0f);
  const float top = std::round((rect.min.y + rect.max.y - total) / 2);
  if (has_text)
    draw_placeholder({{rect.min.x, top - 4 * s}, {rect.max.x, top + text_height + 4 * s}}, standing.text, view);
  const float left = std::round((rect.min.x + rect.max.x - width) / 2);
  const float bottom = top + total;
  if (button(fmt::format("button.{}.solve", view), {{left, bottom - height}, {left + width, bottom}}, label,
             ButtonKind::secondary, "Solves for the max-margin logits beside the run, however long it takes."))
    ask_for_max_margin(observatory);
}

}  // namespace gramscope::app
