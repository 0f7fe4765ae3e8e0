#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/metrics/metrics.h"

namespace gramscope {

/// What a metric is: the text of its hover card, of `describe` and of the documentation.
struct MetricEntry {
  std::string key;         ///< stable, used in files; "contrast_" and its kind stand for one key per factor
  std::string label;       ///< "Semantic alignment"
  std::string formula;     ///< plain Unicode
  std::string meaning;     ///< one sentence
  std::string source;      ///< paper and section
  std::string range;       ///< "0 to 1"
  std::string at_collapse; ///< its value once collapse is complete
  std::string undefined_when;
  bool is_per_factor = false;  ///< the key is a prefix, followed by the factor's name
};

std::span<const MetricEntry> metric_entries();

/// The entry of a metric key, "contrast_colour" finding "contrast_"; nullptr if there is none.
const MetricEntry* find_metric_entry(std::string_view key);

}  // namespace gramscope
