#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/linalg/types.h"
#include "core/metrics/metrics.h"

namespace gramscope {

/// What a metric is: the text of its hover card, of `describe` and of the documentation.
struct MetricEntry {
  std::string key;         ///< stable, used in files; "contrast_" and "mode_" stand for several
  std::string label;       ///< "Semantic alignment"
  std::string formula;     ///< plain Unicode
  std::string meaning;     ///< one sentence
  std::string source;      ///< paper and section
  std::string range;       ///< "0 to 1"
  std::string at_collapse; ///< its value once collapse is complete; the theory's metrics say when
  std::string undefined_when;
  bool is_prefix = false;   ///< the key is a prefix, followed by a factor's name or a number
  std::string followed_by = {};  ///< by which of the two: "factor" or "number"; empty where the key is no prefix
};

std::span<const MetricEntry> metric_entries();

/// What a metric of that key is called: "Contrast, colour", "Mode 2". The key itself where no entry has it.
std::string metric_label(std::string_view key);

/// The entry of a metric key, "contrast_colour" finding "contrast_"; nullptr if there is none.
const MetricEntry* find_metric_entry(std::string_view key);

/// The entry's value at collapse for K classes in d dimensions. Where K > d + 1 a simplex is impossible: what is about one then
/// also says so, with the bound on the smallest possible largest cosine (math.md section 5; largest_cosine_bound()).
std::string at_collapse(const MetricEntry& entry, Index classes, Index dimension);

}  // namespace gramscope
