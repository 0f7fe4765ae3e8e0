// The curves of IG Fig. 6: how a run comes to agree with what the theory says of vanishing ridge.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "app/ui/format.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/decomposition_meter.h"
#include "app/views/picture_views.h"
#include "app/views/recorded_curves.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kAgreementKey = "agreement";

enum Page { kSimilarity, kDistance, kNorms, kPages };

/// Which embeddings a curve is about gives its colour, what they are compared with its stroke.
struct Curve {
  const char* key;
  const char* label;
  const char* short_label;
  std::size_t colour;  ///< of the palette's classes
  PlotSeries::Stroke stroke;
};

constexpr auto kSolid = PlotSeries::Stroke::solid;
constexpr auto kDashed = PlotSeries::Stroke::dashed;

constexpr std::array kSimilarityCurves{
    Curve{"sim_h_mm", "H and H_mm", "H, H_mm", 0, kSolid},
    Curve{"sim_h_proxy", "H and the proxy S~", "H, S~", 0, kDashed},
    Curve{"sim_w_mm", "W and W_mm", "W, W_mm", 1, kSolid},
    Curve{"sim_w_proxy", "W and the proxy S~", "W, S~", 1, kDashed},
    Curve{"subspace_same", "cosine, same next words", "same words", 2, kSolid},
    Curve{"subspace_other", "cosine, other next words", "other words", 2, kDashed},
};
constexpr std::array kDistanceCurves{
    Curve{"loss_excess", "loss − floor (nats)", "loss − floor", 3, kDashed},
    Curve{"pf_error", "error in F", "error in F", 0, kSolid},
    Curve{"nuclear_ratio", "nuclear ratio − 1", "nuclear − 1", 1, kSolid},
};
constexpr std::array kNormCurves{
    Curve{"norm_h", "|H|", "|H|", 0, kSolid},
    Curve{"norm_w", "|W|", "|W|", 1, kSolid},
};

std::span<const Curve> curves_of(Page page) {
  switch (page) {
    case kSimilarity:
      return kSimilarityCurves;
    case kDistance:
      return kDistanceCurves;
    default:
      return kNormCurves;
  }
}

PlotSeries agreement_series(std::span<const Record> records, const Curve& curve) {
  PlotSeries series = series_of(records, curve.key);
  series.label = curve.label;
  series.short_label = curve.short_label;
  series.colour = palette().classes[curve.colour];
  series.stroke = curve.stroke;
  if (curve.stroke == kDashed) series.thickness = 1.5f;
  if (series.key == "nuclear_ratio")
    for (double& value : series.y) value -= 1.0;
  explain_if_undefined(series, records);
  return series;
}

class AgreementView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kAgreementKey);
    ViewHeader header(rect, kAgreementKey);
    const bool shows_all = shows_all_pages(rect);
    if (!shows_all) draw_page_picker(header);
    header.title("Agreement with theory", {shows_all ? "as the ridge vanishes" : subtitle(page_)});
    const auto records = current_records(observatory);
    if (records.empty()) return draw_placeholder(header.body(), "waiting for the first step", kAgreementKey);
    const Rect plots = draw_meter(observatory, header.body());
    if (!shows_all) return draw_page(observatory, records, page_, plots);
    draw_all_pages(observatory, records, plots);
  }

 private:
  static constexpr std::array<std::string_view, kPages> kTitles{"similarity", "distance", "norms"};

  static std::string_view subtitle(Page page) {
    switch (page) {
      case kSimilarity:
        return "of geometries";
      case kDistance:
        return "from the limit, log scale";
      default:
        return "of the embeddings, log scale";
    }
  }

  static bool shows_all_pages(const Rect& rect) {
    return rect.width() >= 700 * ui_scale() && rect.height() >= 440 * ui_scale();
  }

  void draw_page_picker(ViewHeader& header) {
    static const std::vector<Option> options{
        {"similarity", "similarity", "How alike the geometry is to the one predicted: 1 where they agree."},
        {"distance", "distance", "How far loss and logits are from where they go as the ridge vanishes."},
        {"norms", "norms", "How large H and W are: they grow without end as the ridge vanishes."}};
    if (const auto picked = header.picker("page", "", options, page_)) page_ = static_cast<Page>(*picked);
  }

  /// The shares of |L|² at the bottom where there is room. Gives what is left above them.
  static Rect draw_meter(const Observatory& observatory, const Rect& body) {
    const float s = ui_scale();
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot == nullptr || body.height() < 200 * s || body.width() < 240 * s) return body;
    const float top = std::round(body.max.y - decomposition_meter_height() - 8 * s);
    draw_decomposition_meter({{body.min.x + 46 * s, top}, {body.max.x - 18 * s, body.max.y}},
                             decomposition_of(snapshot->metrics), kAgreementKey, 10);
    return {body.min, {body.max.x, top - 8 * s}};
  }

  /// Similarities, which most curves are about, across the top; distances and norms below.
  void draw_all_pages(const Observatory& observatory, std::span<const Record> records, const Rect& rect) {
    const float s = ui_scale();
    const float middle = std::round((rect.min.x + rect.max.x) / 2);
    const float row = std::round(rect.min.y + 0.5f * rect.height());
    const std::array<Rect, kPages> places{{{rect.min, {rect.max.x, row}},
                                           {{rect.min.x, row}, {middle, rect.max.y}},
                                           {{middle, row}, rect.max}}};
    for (const Page page : {kSimilarity, kDistance, kNorms}) {
      const Rect& place = places[static_cast<std::size_t>(page)];
      const ImVec2 at{place.min.x + 12 * s, place.min.y + 6 * s};
      std::string title = std::string(kTitles[static_cast<std::size_t>(page)]) + " " + std::string(subtitle(page));
      title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
      draw_label(fonts().small, at, palette().text_dim, title, kAgreementKey, 20 + page);
      draw_page(observatory, records, page, {{place.min.x, at.y + fonts().small->FontSize + 2 * s}, place.max});
    }
  }

  void draw_page(const Observatory& observatory, std::span<const Record> records, Page page, const Rect& rect) {
    Plot& plot = plots_[static_cast<std::size_t>(page)];
    PlotContent content =
        plot_over_steps(observatory, "agreement." + std::string(kTitles[static_cast<std::size_t>(page)]));
    for (const auto& curve : curves_of(page)) content.series.push_back(agreement_series(records, curve));
    if (page == kSimilarity)
      fit_cosines(content);
    else
      fit_positive(content, plot);
    plot.draw(rect, content);
  }

  /// 0 to 1, and below where cosines are: in steps, so that the axis does not crawl.
  static void fit_cosines(PlotContent& content) {
    double lowest = 0.0;
    for (const auto& series : content.series)
      for (const double y : series.y) lowest = std::isfinite(y) ? std::min(lowest, y) : lowest;
    content.y_first = lowest < -0.01 ? std::max(-1.0, std::floor(lowest * 5.0) / 5.0) : 0.0;
    content.y_last = 1.04;
    for (auto& series : content.series)
      series.read_out = [y = series.y](std::size_t i) { return format_fixed(y[i], 4); };
  }

  static void fit_positive(PlotContent& content, const Plot& plot) {
    content.y_scale = AxisScale::log10;
    LogExtent extent;
    for (auto& series : content.series) {
      series.read_out = [y = series.y](std::size_t i) { return format_short(y[i]); };
      if (plot.is_hidden(series.key)) continue;
      for (const double y : series.y) extent.add(y);
    }
    const Extent fitted = extent.fitted();
    content.y_first = fitted.first;
    content.y_last = fitted.last;
  }

  Page page_ = kSimilarity;
  std::array<Plot, kPages> plots_;
};

}  // namespace

std::unique_ptr<View> make_agreement_view() { return std::make_unique<AgreementView>(); }

}  // namespace gramscope::app
