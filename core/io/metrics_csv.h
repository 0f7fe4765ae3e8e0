#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/train/snapshot.h"

namespace gramscope {

/// A table of recorded steps: the header `segment,step` and then the metric keys, a row per record, the
/// shortest round-trip digits, empty where a metric is undefined, no times. Records of different tasks may
/// have different metrics: every key has a column, in the order of first appearance.
std::string metrics_csv(std::span<const Record> records);

/// Writes that table (atomically; throws RuntimeError).
void write_metrics_csv(const std::filesystem::path& path, std::span<const Record> records);

}  // namespace gramscope
