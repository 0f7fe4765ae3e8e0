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
    const bool has_live_button = observatory.has_playhead() && !observatory.is_at_newest() && rect.width() > 300.0f * ui_scale();
    if (has_live_button) content.legend_margin = playback_width(observatory) + 10.0f * ui_scale();
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
    } else {
      content.series = courses_of_collapse(records);
      if (has_phases(task)) content.bands = phase_bands(records, now);
      if (!records.empty() && !plot_.is_hidden("cka_semantic"))
        content.notes = notes_of(records.back().phase, content.series[1]);
      add_bound(observatory, content);
    }
    plot_.draw(rect, content);
    if (!content.is_playhead_movable) return;
    if (const auto sought = plot_.sought()) observatory.seek(std::llround(*sought));
    if (has_live_button) draw_playback_buttons(observatory, rect);
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

  static std::string live_label(const Observatory& observatory) {
    return !observatory.is_recording() || observatory.status().recording->is_following ? "Live" : "Newest";
  }

  static constexpr float kBetweenButtons = 6.0f;

  /// Of a run the past is played here: the button above is that of the run itself.
  static float playback_width(const Observatory& observatory) {
    const float live = button_width(live_label(observatory));
    if (observatory.is_recording()) return live;
    return live + kBetweenButtons * ui_scale() + std::max(button_width("Play"), button_width("Pause"));
  }

  /// Back to the newest step, at the right end of the legend; left of it, on through the past.
  static void draw_playback_buttons(Observatory& observatory, const Rect& rect) {
    const float s = ui_scale();
    const std::string label = live_label(observatory);
    const float right = rect.max.x - 18.0f * s;
    const float top = std::round(rect.min.y + 3.0f * s);
    const Rect place{{std::round(right - button_width(label)), top}, {right, top + std::round(20.0f * s)}};
    if (button("button.live", place, label, ButtonKind::secondary,
               label == "Live" ? "The newest step, and those that come after it." : "The newest step.", "End"))
      return observatory.go_live();
    if (observatory.is_recording()) return;
    const bool is_playing = observatory.is_playing();
    const float end = place.min.x - std::round(kBetweenButtons * s);
    const float width = std::round(std::max(button_width("Play"), button_width("Pause")));
    if (button("button.play_past", {{end - width, place.min.y}, {end, place.max.y}}, is_playing ? "Pause" : "Play",
               ButtonKind::secondary,
               is_playing ? "Holds the playhead where it is." : "Moves the playhead through the recorded steps, up to the run.",
               "Space"))
      observatory.toggle_playing();
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
