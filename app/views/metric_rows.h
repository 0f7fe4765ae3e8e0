#pragma once

#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/metrics.h"
#include "core/train/snapshot.h"

namespace gramscope::app {

/// A row of the metric table: one metric, or two that are read together.
struct MetricRow {
  std::string key;
  std::string label;
  std::string partner;  ///< a second metric behind a slash; may be empty
};

/// What the narrow table shows, the most telling first; metrics that this run does not have are left out.
std::vector<MetricRow> principal_metric_rows(const Metrics& metrics);
/// Every metric, in its own order.
std::vector<MetricRow> all_metric_rows(const Metrics& metrics);

/// A metric's name for people: "Semantic alignment", "Contrast, colour".
std::string metric_label(const MetricValue& value);
/// What stands in the table's second column; a dash where the metric is not defined.
std::string metric_row_text(const MetricRow& row, const Snapshot& snapshot);
/// The colour its curve has everywhere.
ImU32 metric_colour(std::string_view key);

}  // namespace gramscope::app
