// The modes of the logits over the run: which directions are learned first, and how fast (GS; math.md section 6).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/ui/format.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/mode_course.h"
#include "app/views/picture_views.h"
#include "app/views/recorded_curves.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kModesKey = "modes";
/// Below this share of the largest value a logarithmic axis shows the noise of the initial weights only.
constexpr double kDeepest = 1e-6;

std::string ordinal(int place) {
  const bool is_teen = place % 100 >= 11 && place % 100 <= 13;
  const char* ending = is_teen ? "th" : place % 10 == 1 ? "st" : place % 10 == 2 ? "nd" : place % 10 == 3 ? "rd" : "th";
  return fmt::format("{}{}", place, ending);
}

/// A group's measured curve, and where it stands in the order.
struct ModeCurve {
  PlotSeries series;
  std::optional<std::size_t> half;  ///< index of the point at which half of its largest value was reached
  int place = 0;                    ///< in the order of learning, from 1; 0: not learned yet
};

std::vector<ModeCurve> measured_curves(std::span<const Record> records, std::size_t count) {
  std::vector<ModeCurve> curves;
  std::vector<std::optional<double>> steps;
  for (std::size_t k = 0; k < count; ++k) {
    ModeCurve curve{series_of(records, fmt::format("mode_{}", k + 1)), std::nullopt, 0};
    curve.half = half_of_largest(curve.series.y);
    steps.push_back(curve.half ? std::optional(curve.series.x[*curve.half]) : std::nullopt);
    curve.series.colour = palette().classes[k % palette().classes.size()];
    curve.series.read_out = [y = curve.series.y](std::size_t i) { return format_short(y[i]); };
    curves.push_back(std::move(curve));
  }
  const auto order = places(steps);
  for (std::size_t k = 0; k < count; ++k) curves[k].place = order[k];
  return curves;
}

void name(ModeCurve& curve, const ModeGroup& group, std::size_t number, bool has_factors) {
  const std::string sigma = format_short(group.singular_value);
  PlotSeries& series = curve.series;
  series.short_label = fmt::format("{}: σ {}", number, sigma);
  series.label = fmt::format("{}, {} direction{}", series.short_label, group.count(), group.count() == 1 ? "" : "s");
  if (has_factors) series.label += ", μ " + format_short(group.kernel_eigenvalue);
  if (curve.place > 0) series.label += ", " + ordinal(curve.place);
  series.explanation = fmt::format(
      "The mean of uᵀL v over {} direction{} of the logits, in nats. Their singular value in (P − 1/V) diag(π) is σ = {}: the "
      "larger, the sooner they are learned.",
      group.count(), group.count() == 1 ? "" : "s", sigma);
  if (has_factors)
    series.explanation += fmt::format(" Eigenvalue of the attribute kernel: μ = {}{}.", format_short(group.kernel_eigenvalue),
                                      group.is_kernel_exact ? "" : " on average; they are no eigenvectors of it");
  if (curve.half)
    series.explanation += fmt::format(" Half of its largest value so far was reached at step {}: {} in the order.",
                                      format_count(std::llround(series.x[*curve.half])), ordinal(curve.place));
}

class ModesView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kModesKey);
    ViewHeader header(rect, kModesKey);
    draw_scale_picker(header);
    header.title("Modes", {"how far the logits have grown along their directions", "growth of the logits", "of the logits"});
    const auto records = current_records(observatory);
    const auto& theory = observatory.theory();
    if (observatory.is_recording() && (theory == nullptr || theory->modes.groups.empty()))
      return draw_placeholder(header.body(), "No modes: they are of logits, which W and labels in the files would give.", kModesKey);
    if (records.empty() || theory == nullptr)
      return draw_placeholder(header.body(), "waiting for the first step", kModesKey);
    if (theory->modes.groups.empty())
      return draw_placeholder(header.body(), "No modes: " + theory->modes.undefined + ".", kModesKey);
    draw_curves(observatory, records, *theory, header.body());
  }

 private:
  void draw_scale_picker(ViewHeader& header) {
    static const std::vector<Option> options{
        {"linear", "linear", "Values on a linear axis: how far each mode has come."},
        {"log", "log", "Values on a logarithmic axis: exponential growth is a straight line at late steps."}};
    if (const auto picked = header.picker("scale", "values", options, is_log_ ? 1 : 0)) is_log_ = *picked == 1;
  }

  void draw_curves(const Observatory& observatory, std::span<const Record> records, const TaskTheory& theory,
                   const Rect& body) {
    PlotContent content = plot_over_steps(observatory, "modes");
    content.y_scale = is_log_ ? AxisScale::log10 : AxisScale::linear;
    auto curves = measured_curves(records, theory.modes.groups.size());
    fit(content, curves);
    const bool has_factors = !theory.task->factors.empty();
    for (std::size_t k = 0; k < curves.size(); ++k) {
      name(curves[k], theory.modes.groups[k], k + 1, has_factors);
      explain_if_undefined(curves[k].series, records);
      add_note(content, curves[k]);
    }
    // Below the measured curves, and its name behind theirs.
    const std::string reason = add_theory(observatory, records, theory, curves, content);
    const bool has_theory = !content.series.empty();
    for (auto& curve : curves) content.series.push_back(std::move(curve.series));
    if (has_theory) content.series.push_back(theory_line());
    plot_.draw(draw_reason(body, reason), content);
  }

  /// All that was measured, of what is not hidden.
  void fit(PlotContent& content, const std::vector<ModeCurve>& curves) const {
    LogExtent extent;
    double least = 0.0;
    double most = 0.0;
    for (const auto& curve : curves) {
      if (plot_.is_hidden(curve.series.key)) continue;
      for (const double y : curve.series.y) {
        if (!std::isfinite(y)) continue;
        least = std::min(least, y);
        most = std::max(most, y);
        extent.add(y);
      }
    }
    if (is_log_) {
      const Extent fitted = extent.fitted();
      content.y_first = std::max(fitted.first, kDeepest * fitted.last);
      content.y_last = fitted.last;
      return;
    }
    // The numbers above the curves need room.
    content.y_first = 1.1 * least;
    content.y_last = most > 0.0 ? 1.12 * most : 1.0;
  }

  void add_note(PlotContent& content, const ModeCurve& curve) const {
    if (!curve.half || plot_.is_hidden(curve.series.key)) return;
    content.notes.push_back({curve.series.x[*curve.half], curve.series.y[*curve.half], std::to_string(curve.place),
                             curve.series.colour, true, true});
  }

  /// The early growth in theory beside each curve, until it leaves the plot. Gives the reason where a curve has none.
  std::string add_theory(const Observatory& observatory, std::span<const Record> records, const TaskTheory& theory,
                         const std::vector<ModeCurve>& curves, PlotContent& content) {
    if (observatory.is_recording()) return "how the recording was trained is not known";
    const SegmentStart start = segment_start(observatory.config(), observatory.parameters(), observatory.marks(),
                                             records.back().segment());
    const auto& courses = growth_.of(theory, observatory.first_embeddings(), start, content.x_last);
    std::string reason;
    for (std::size_t k = 0; k < courses.size(); ++k) {
      const auto& course = courses[k];
      if (!course.undefined.empty()) {
        reason = course.undefined;
        continue;
      }
      if (plot_.is_hidden(curves[k].series.key)) continue;
      PlotSeries line = theory_line();
      line.is_companion = true;
      line.colour = mixed(curves[k].series.colour, palette().text, 0.35f);
      for (std::size_t i = 0; i < course.values.size() && course.values[i] <= content.y_last; ++i) {
        line.x.push_back(course.steps[i]);
        line.y.push_back(course.values[i]);
      }
      content.series.push_back(std::move(line));
    }
    return reason;
  }

  /// What all lines of the theory have in common; without points their entry in the legend.
  static PlotSeries theory_line() {
    PlotSeries line;
    line.key = "theory";
    line.label = "early growth in theory";
    line.short_label = "theory";
    line.colour = palette().text_muted;
    line.stroke = PlotSeries::Stroke::dotted;
    line.explanation =
        "What gradient descent does from the initial weights as long as all logits are small, for each mode: its own "
        "exponential. Measured curves leave it once the softmax answers.";
    return line;
  }

  /// One muted line below the plot. Gives what is left above it.
  static Rect draw_reason(const Rect& body, const std::string& reason) {
    const float s = ui_scale();
    if (reason.empty() || body.height() < 120 * s) return body;
    ImFont* font = fonts().small;
    const float left = body.min.x + 46 * s;
    const float top = std::round(body.max.y - font->FontSize - 5 * s);
    const std::string text =
        elided(font, "No theory of the early growth here: " + reason, body.max.x - 18 * s - left);
    draw_label(font, {left, top}, palette().text_dim, text, kModesKey, 10);
    return {body.min, {body.max.x, top - 3 * s}};
  }

  bool is_log_ = false;
  Plot plot_;
  EarlyGrowth growth_;
};

}  // namespace

std::unique_ptr<View> make_modes_view() { return std::make_unique<ModesView>(); }

}  // namespace gramscope::app
