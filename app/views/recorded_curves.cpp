#include "app/views/recorded_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/ui/theme.h"
#include "core/metrics/metric_list.h"

namespace gramscope::app {
namespace {

/// The axis ends where the run is to end, so that one sees how far it still is.
double last_step(const Observatory& observatory, double now) {
  double last = std::max(now, 100.0);
  if (observatory.config().contains("run.steps"))
    last = std::max(last, static_cast<double>(observatory.config().integer("run.steps")));
  return last;
}

}  // namespace

PlotContent plot_over_steps(const Observatory& observatory, std::string name) {
  const auto now = static_cast<double>(observatory.playhead());
  PlotContent content;
  content.name = std::move(name);
  content.x_scale = AxisScale::log1p;
  if (observatory.is_recording() && !observatory.records().empty()) {
    content.x_first = static_cast<double>(observatory.records().front().step());
    content.x_last = std::max(content.x_first + 1.0, static_cast<double>(observatory.records().back().step()));
  } else {
    content.x_last = last_step(observatory, static_cast<double>(observatory.status().step));
  }
  content.x_label = "step, log scale";
  content.x_unit = "step";
  content.playhead = now;
  const auto& records = observatory.records();
  const std::int64_t segment = records.empty() ? 0 : records.back().segment();
  for (const auto& mark : observatory.marks())
    if (mark.segment == segment)
      content.marks.push_back({static_cast<double>(mark.step), mark.text,
                               mark.is_warning ? palette().warning : palette().text_muted});
  return content;
}

PlotSeries series_of(std::span<const Record> records, const std::string& key) {
  PlotSeries series;
  series.key = key;
  series.x.reserve(records.size());
  series.y.reserve(records.size());
  for (const auto& record : records) {
    series.x.push_back(static_cast<double>(record.step()));
    series.y.push_back(record.metrics.get(key));
  }
  if (const auto* entry = find_metric_entry(key)) series.explanation = entry->meaning;
  return series;
}

void explain_if_undefined(PlotSeries& series, std::span<const Record> records) {
  const auto* newest = records.empty() ? nullptr : records.back().metrics.find(series.key);
  if (newest == nullptr || newest->undefined.empty() ||
      std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); }))
    return;
  series.explanation = "Not defined: " + newest->undefined;
  series.label = series.short_label + ": not defined, " + newest->undefined;
  series.short_label += ": none";
  series.colour = palette().text_dim;
}

double value_at(const PlotSeries& series, std::int64_t step) {
  const auto found = std::lower_bound(series.x.begin(), series.x.end(), static_cast<double>(step));
  return found == series.x.end() ? std::numeric_limits<double>::quiet_NaN()
                                 : series.y[static_cast<std::size_t>(found - series.x.begin())];
}

}  // namespace gramscope::app
