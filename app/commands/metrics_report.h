#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/io/embedding_file.h"
#include "core/metrics/metrics.h"

namespace gramscope::app {

/// The embeddings of a file and what was measured of them.
struct MetricsReport {
  std::filesystem::path path;
  EmbeddingFile file;
  Metrics metrics;
};

/// {format, version, file, step, shape: {n, d, K, factors}, arrays: {name: text}, metrics: {key: number or null},
/// undefined: {key: reason}, definitions: {key: {...}}}; K is null where neither W nor labels are there.
nlohmann::ordered_json metrics_json(const MetricsReport& report);

/// The same for readers, without the definitions.
std::string metrics_text(const MetricsReport& report);

}  // namespace gramscope::app
