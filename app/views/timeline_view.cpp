#include <algorithm>
#include <array>
#include <cmath>

#include "app/ui/format.h"
#include "app/ui/plot.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/recorded_curves.h"
#include "app/views/side_views.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

/// Loss above its floor, scaled so that it begins at 1; the read-out keeps the nats.
PlotSeries scaled_loss(std::span<const Record> records) {
  PlotSeries series = series_of(records, "loss_excess");
  const std::vector<double> nats = series.y;
  // By its first value, not its largest: a spike on the way must not flatten all the rest.
  const auto first =
      std::find_if(nats.begin(), nats.end(), [](double v) { return std::isfinite(v) && v > 0.0; });
  if (first != nats.end())
    for (double& value : series.y) value /= *first;
  series.read_out = [nats](std::size_t i) { return format_short(nats[i]) + " nats"; };
  return series;
}

/// The phases as stretches between recorded steps, the last one up to `now`.
std::vector<PlotBand> phase_bands(std::span<const Record> records, double now) {
  std::vector<PlotBand> bands;
  for (const auto& record : records) {
    const Phase phase = record.phase.phase();
    const auto step = static_cast<double>(record.step());
    const std::string label = phase_label(phase);
    if (!bands.empty()) bands.back().last = step;
    if (!bands.empty() && bands.back().label == label) continue;
    const float strength = phase == Phase::unformed ? 0.03f : (phase == Phase::collapsed ? 0.16f : 0.08f);
    bands.push_back({step, step, with_opacity(phase_colour(phase), strength), label,
                     with_opacity(phase_colour(phase), 0.85f)});
  }
  if (!bands.empty()) bands.back().last = std::max(bands.back().last, now);
  return bands;
}

/// Words at the peak of the semantic curve and where the symmetric one overtakes it.
/// The peak is named once the run has left it: while it climbs every step would be one.
std::vector<PlotNote> notes_of(const PhaseTracker& phase, const PlotSeries& symmetric) {
  const double newest = symmetric.x.empty() ? 0.0 : symmetric.x.back();
  std::vector<PlotNote> notes;
  if (phase.peak_step() && phase.peak_semantic() &&
      newest > 1.1 * static_cast<double>(*phase.peak_step()) + 1.0)
    notes.push_back(
        {static_cast<double>(*phase.peak_step()), *phase.peak_semantic(),
         "peak " + format_fixed(*phase.peak_semantic(), 3) + " at " + format_count(*phase.peak_step()),
         palette().semantic, true, true});
  if (phase.overtake_step()) {
    const double y = value_at(symmetric, *phase.overtake_step());
    if (std::isfinite(y))
      notes.push_back({static_cast<double>(*phase.overtake_step()), y,
                       "overtaken at " + format_count(*phase.overtake_step()), palette().symmetric, false,
                       true});
  }
  return notes;
}

/// The course of the run on a logarithmic axis of steps: both alignments and the phases, or where contexts have several
/// next words the agreement with theory; the loss, and what was changed.
class TimelineView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const auto records = current_records(observatory);
    if (observatory.is_recording() && records.size() < 2) return draw_single_step(observatory, rect);
    // Where the newest phase goes on to: in a recording nothing is known beyond its last step.
    const auto now = observatory.is_recording() ? 0.0 : static_cast<double>(observatory.status().step);
    PlotContent content = plot_over_steps(observatory, "timeline");
    const auto buttons = header_buttons(observatory, rect.width());
    if (!buttons.empty()) content.legend_margin = width_of(buttons) + 10.0f * ui_scale();
    if (observatory.has_playhead()) {
      content.is_playhead_movable = true;
      for (const auto& record : records) content.stops.push_back(static_cast<double>(record.step()));
    }
    // A little more than 0 to 1: the curves end at 1, and the words above them need room.
    const float plot_height = rect.height() - 52.0f * ui_scale();
    content.y_last = 1.0 / (1.0 - std::clamp(22.0f * ui_scale() / std::max(1.0f, plot_height), 0.05f, 0.35f));
    const Task& task = observatory.task();
    if (observatory.is_recording() && !has_phases(observatory)) {
      content.series = courses_of_recording(records);
    } else if (!task.is_one_hot() && !has_phases(task)) {
      content.series = courses_of_theory(records);
      add_relatives(observatory, content, courses_of_theory);
    } else {
      content.series = courses_of_collapse(records);
      if (has_phases(task)) content.bands = phase_bands(records, now);
      if (!records.empty() && !plot_.is_hidden("cka_semantic"))
        content.notes = notes_of(records.back().phase, content.series[1]);
      add_relatives(observatory, content, courses_of_collapse);
      add_bound(observatory, content);
    }
    plot_.draw(rect, content);
    if (const auto sought = content.is_playhead_movable ? plot_.sought() : std::nullopt)
      observatory.seek(std::llround(*sought));
    draw_buttons(observatory, rect, buttons);
  }

 private:
  /// One snapshot has no course.
  static void draw_single_step(const Observatory& observatory, const Rect& rect) {
    const auto& records = observatory.records();
    std::string text = "No snapshot has been measured yet.";
    if (!records.empty()) text = "One snapshot, of step " + format_count(records.front().step()) + ". ";
    if (!records.empty())
      text += observatory.status().recording->is_following
                  ? "Its course begins with the next."
                  : "Open a directory of snapshots to see a course over the steps of training.";
    draw_placeholder(rect, text, "timeline");
  }

  /// A button at the right end of the legend.
  struct HeaderButton {
    std::string name;
    std::string label;
    std::string widest;  ///< label it may have
    std::string hint;
    std::string key;
    void (Observatory::*press)();
  };

  /// From the right end inward: back to the newest step, on through the past (the button above is that of the run itself),
  /// and other runs from here.
  static std::vector<HeaderButton> header_buttons(const Observatory& observatory, float width) {
    const float s = ui_scale();
    std::vector<HeaderButton> buttons;
    if (observatory.has_playhead() && !observatory.is_at_newest() && width > 300.0f * s) {
      const bool is_live = !observatory.is_recording() || observatory.status().recording->is_following;
      const std::string label = is_live ? "Live" : "Newest";
      buttons.push_back({"button.live", label, label,
                         is_live ? "The newest step, and those that come after it." : "The newest step.", "End",
                         &Observatory::go_live});
      const bool is_playing = observatory.is_playing();
      if (!observatory.is_recording())
        buttons.push_back({"button.play_past", is_playing ? "Pause" : "Play", "Pause",
                           is_playing ? "Holds the playhead where it is."
                                      : "Moves the playhead through the recorded steps, up to the run.",
                           "Space", &Observatory::toggle_playing});
    }
    if (!observatory.can_branch()) return buttons;
    if (width > (observatory.is_in_past() ? 420.0f : 640.0f) * s)
      buttons.push_back({"button.branch", "Branch", "Branch",
                         "Another run from the step shown, with what you change there; this one stays as it is. In the past "
                         "every change of a parameter makes one.",
                         "B", &Observatory::branch});
    if (width > 640.0f * s && observatory.family.beside == nullptr)
      buttons.push_back({"button.twin", "Twin", "Twin",
                         "The same run from its beginning once more, beside this one and to the same clock: change one of "
                         "the two and compare.",
                         "T", &Observatory::wish_twin});
    return buttons;
  }

  static constexpr float kBetweenButtons = 6.0f;

  static float width_of(const HeaderButton& wanted) {
    return std::round(std::max(button_width(wanted.label), button_width(wanted.widest)));
  }

  static float width_of(const std::vector<HeaderButton>& buttons) {
    float width = 0.0f;
    for (const auto& one : buttons) width += width_of(one) + kBetweenButtons * ui_scale();
    return width;
  }

  static void draw_buttons(Observatory& observatory, const Rect& rect, const std::vector<HeaderButton>& buttons) {
    const float s = ui_scale();
    float right = std::round(rect.max.x - 18.0f * s);
    const float top = std::round(rect.min.y + 3.0f * s);
    for (const auto& one : buttons) {
      const float left = right - width_of(one);
      if (button(one.name, {{left, top}, {right, top + std::round(20.0f * s)}}, one.label, ButtonKind::secondary, one.hint,
                 one.key))
        (observatory.*one.press)();
      right = left - std::round(kBetweenButtons * s);
    }
  }

  /// The curves of the other runs: the same ones, faint; of the one beside it, and of the one pointed at, strong.
  template <class Courses>
  static void add_relatives(const Observatory& observatory, PlotContent& content, const Courses& courses) {
    const Family& family = observatory.family;
    for (const auto& relative : family.runs) {
      if (relative.is_shown || relative.course.records().empty()) continue;
      content.x_last = std::max(content.x_last, static_cast<double>(relative.course.records().back().step()));
      const bool is_strong = relative.is_beside || family.hovered == relative.id;
      for (auto& series : courses(std::span<const Record>(relative.course.records()))) {
        if (series.stroke == PlotSeries::Stroke::dashed || series.x.empty()) continue;
        series.is_companion = true;
        series.stroke = relative.is_beside ? PlotSeries::Stroke::dotted : PlotSeries::Stroke::solid;
        series.thickness = is_strong ? 2.0f : 1.2f;
        series.colour = with_opacity(series.colour, is_strong ? 1.0f : 0.45f);
        content.series.push_back(std::move(series));
      }
      if (relative.begun_at > 0 && is_strong)
        content.marks.push_back({static_cast<double>(relative.begun_at), relative.title, palette().accent});
    }
  }

  /// Without two factors: how symmetric the embeddings are, how few directions they take, and whether the predictions
  /// are right; of these what the files allow.
  static std::vector<PlotSeries> courses_of_recording(std::span<const Record> records) {
    struct Course {
      const char* key;
      const char* label;
      const char* short_label;
      ImU32 colour;
    };
    const std::array courses{Course{"cka_symmetric", "symmetric: all equally far apart", "symmetric", palette().symmetric},
                             Course{"explained_variance_3", "variance in three axes", "3 axes", palette().classes[2]},
                             Course{"accuracy", "right predictions", "accuracy", palette().classes[3]}};
    std::vector<PlotSeries> result;
    for (const auto& course : courses) {
      PlotSeries series = series_of(records, course.key);
      if (!has_values(series)) continue;
      series.label = course.label;
      series.short_label = course.short_label;
      series.colour = course.colour;
      result.push_back(std::move(series));
    }
    if (PlotSeries loss = dashed_loss(records); has_values(loss)) result.push_back(std::move(loss));
    return result;
  }

  static bool has_values(const PlotSeries& series) {
    return std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
  }

  /// Several next words and no phases: what the theory of soft labels speaks of.
  static std::vector<PlotSeries> courses_of_theory(std::span<const Record> records) {
    std::vector<PlotSeries> result{series_of(records, "subspace_same"), series_of(records, "sim_h_mm"),
                                   series_of(records, "sim_h_proxy"), dashed_loss(records)};
    result[0].label = "contexts with the same next words are parallel";
    result[0].short_label = "same next words";
    result[0].colour = palette().classes[2];
    result[1].label = "contexts lie as the max-margin theory has them";
    result[1].short_label = "H, L_mm";
    result[1].colour = palette().classes[0];
    result[2].label = "and as its proxy";
    result[2].short_label = "H, S~";
    result[2].colour = palette().classes[0];
    result[2].stroke = PlotSeries::Stroke::dotted;
    result[2].thickness = 1.5f;
    for (std::size_t i = 0; i < 3; ++i) explain_if_undefined(result[i], records);
    return result;
  }

  static PlotSeries dashed_loss(std::span<const Record> records) {
    PlotSeries series = scaled_loss(records);
    series.label = "loss above its floor (scaled)";
    series.short_label = "loss − floor";
    series.colour = palette().text_muted;
    series.stroke = PlotSeries::Stroke::dashed;
    series.thickness = 1.5f;
    return series;
  }

  static std::vector<PlotSeries> courses_of_collapse(std::span<const Record> records) {
    std::vector<PlotSeries> result{series_of(records, "cka_semantic"), series_of(records, "cka_symmetric"),
                                   dashed_loss(records)};
    result[0].label = "semantic: contexts that share an attribute are close";
    result[0].short_label = "semantic";
    result[0].colour = palette().semantic;
    explain_if_undefined(result[0], records);
    result[1].label = "symmetric: all contexts equally far apart";
    result[1].short_label = "symmetric";
    result[1].colour = palette().symmetric;
    explain_if_undefined(result[1], records);
    return result;
  }

  static void add_bound(const Observatory& observatory, PlotContent& content) {
    const auto bound = rank_bound(observatory);
    if (!bound || bound->allows_symmetry()) return;
    content.levels.push_back({bound->highest_symmetric,
                              "rank allows √(d/(K−1)) = " + format_fixed(bound->highest_symmetric, 3),
                              with_opacity(palette().symmetric, 0.85f)});
  }

  Plot plot_;
};

}  // namespace

std::unique_ptr<View> make_timeline_view() { return std::make_unique<TimelineView>(); }

}  // namespace gramscope::app
