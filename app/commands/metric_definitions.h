#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "core/metrics/metrics.h"

namespace gramscope::app {

/// What a metric is, for people and for files: {label, formula, meaning, source, range, at_collapse, undefined_when}, all
/// of them texts. An empty object for a key that no entry has.
nlohmann::ordered_json metric_definition(const std::string& key);

/// {key: metric_definition(key)} in the order of the keys: "contrast_colour" is defined by the entry of "contrast_".
nlohmann::ordered_json metric_definitions(std::span<const std::string> keys);

/// The same of every metric measured.
nlohmann::ordered_json metric_definitions(const Metrics& metrics);

}  // namespace gramscope::app
