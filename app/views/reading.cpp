#include "app/views/reading.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "app/ui/theme.h"

namespace gramscope::app {

std::span<const Record> current_records(const Observatory& observatory) {
  const auto& records = observatory.records();
  if (records.empty()) return {};
  const auto segment = records.back().segment();
  std::size_t first = records.size();
  while (first > 0 && records[first - 1].segment() == segment) --first;
  return std::span(records).subspan(first);
}

Phase current_phase(const Observatory& observatory) {
  const auto& records = observatory.records();
  if (records.empty()) return Phase::unformed;
  if (observatory.is_at_newest()) return records.back().phase.phase();
  const auto after = std::upper_bound(records.begin(), records.end(), observatory.playhead(),
                                      [](std::int64_t step, const Record& record) { return step < record.step(); });
  return after == records.begin() ? Phase::unformed : std::prev(after)->phase.phase();
}

std::string phase_label(Phase phase) { return std::string(to_string(phase)); }

ImU32 phase_colour(Phase phase) {
  const auto& colours = palette();
  switch (phase) {
    case Phase::unformed:
      return colours.text_muted;
    case Phase::structure:
      return colours.semantic;
    case Phase::collapsing:
      return mixed(colours.semantic, colours.symmetric, 0.72f);
    case Phase::collapsed:
      return colours.symmetric;
  }
  return colours.text_muted;
}

RankBound rank_bound(Index classes, Index dimension) {
  RankBound result;
  result.classes = classes;
  result.dimension = dimension;
  if (!result.allows_symmetry())
    result.highest_symmetric = std::sqrt(static_cast<double>(dimension) / static_cast<double>(classes - 1));
  return result;
}

bool is_balanced(const Task& task) {
  return task.weight.size() == 0 || task.weight.maxCoeff() - task.weight.minCoeff() <= 1e-12;
}

Index count_classes(const Task& task) {
  if (!task.is_one_hot()) return task.contexts;
  return static_cast<Index>(std::set<int>(task.labels.begin(), task.labels.end()).size());
}

std::optional<RankBound> rank_bound(const Observatory& observatory) {
  const Index classes = count_classes(observatory.task());
  if (observatory.config().contains("model.d"))
    return rank_bound(classes, static_cast<Index>(observatory.config().integer("model.d")));
  if (const auto* snapshot = observatory.snapshot())
    return rank_bound(classes, snapshot->embeddings->h.rows());
  return std::nullopt;
}

std::optional<double> ridge_share_of_limit(const Config& config, const Task& task) {
  if (!config.contains("reg.lambda_w") || !config.contains("reg.lambda_h")) return std::nullopt;
  if (!(task.ridge_limit > 0.0)) return std::nullopt;
  const double w = config.real("reg.lambda_w");
  const double h = config.real("reg.lambda_h");
  return std::sqrt(w * h) / task.ridge_limit;
}

bool has_phases(const Task& task) { return task.factors.size() >= 2; }

bool has_semantic_alignment(const std::vector<Record>& records) {
  return std::any_of(records.begin(), records.end(), [](const Record& record) {
    const auto* alignment = record.metrics.find("cka_semantic");
    return alignment != nullptr && alignment->is_defined();
  });
}

bool has_phases(const Observatory& observatory) {
  if (!has_phases(observatory.task())) return false;
  if (!observatory.is_recording()) return true;
  return observatory.records().size() > 1 && has_semantic_alignment(observatory.records());
}

std::string standing_label(const Observatory& observatory) {
  const Phase phase = current_phase(observatory);
  // Without two alignments to compare a run stays unformed by definition, whatever it learns.
  return phase == Phase::unformed && !has_phases(observatory) ? "no phases" : phase_label(phase);
}

ImU32 standing_colour(const Observatory& observatory) { return phase_colour(current_phase(observatory)); }

}  // namespace gramscope::app
