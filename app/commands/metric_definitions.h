#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "core/train/snapshot.h"

namespace gramscope::app {

/// What a metric is, for people and for files: {label, formula, meaning, source, range, at_collapse, undefined_when}, all
/// of them texts. An empty object for a key that no entry has.
nlohmann::ordered_json metric_definition(const std::string& key);

/// {key: metric_definition(key)} in the order of the keys: "contrast_colour" is defined by the entry of "contrast_".
nlohmann::ordered_json metric_definitions(std::span<const std::string> keys);

/// The same of every metric measured, with what its value at collapse is for these embeddings: where there are more classes
/// than a simplex has room for, at_collapse says so.
nlohmann::ordered_json metric_definitions(const Metrics& metrics, const Embeddings& embeddings);

}  // namespace gramscope::app
