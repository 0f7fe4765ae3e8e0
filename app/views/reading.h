#pragma once

#include <imgui.h>

#include <optional>
#include <span>
#include <string>

#include "app/observatory.h"

namespace gramscope::app {

/// What the panels read off the run together: the phase and its colour, and what the capacity allows.

/// The phase after the newest recorded step; in a recording after the one that is shown.
Phase current_phase(const Observatory& observatory);

/// Word for a person ("unformed", "structure", ...) and the colour that means it everywhere.
std::string phase_label(Phase phase);
ImU32 phase_colour(Phase phase);

/// The recorded steps of the newest segment.
std::span<const Record> current_records(const Observatory& observatory);

/// What rank alone allows the symmetric alignment to reach: sqrt(d/(K-1)) for K points in d dimensions
/// (math.md section 2), 1 from d = K-1 on.
struct RankBound {
  Index classes = 0;    ///< K: labels where contexts share them, else contexts
  Index dimension = 0;  ///< d
  double highest_symmetric = 1.0;

  bool allows_symmetry() const { return dimension >= classes - 1; }
};
RankBound rank_bound(Index classes, Index dimension);

/// For the run as it is; empty before the first snapshot of a run whose config names no dimension.
std::optional<RankBound> rank_bound(const Observatory& observatory);

/// Whether all contexts weigh the same, as in the synthetic tasks.
bool is_balanced(const Task& task);

/// The number of points that are to become equally far apart: distinct labels, or contexts where there are
/// none.
Index count_classes(const Task& task);

/// sqrt(lambda_W lambda_H) in units of the task's ridge_limit: from 1 on, zero is the minimum of the objective
/// and nothing is learned. Empty for models without these ridges, and for tasks with nothing to learn.
std::optional<double> ridge_share_of_limit(const Config& config, const Task& task);

/// Whether semantic alignment, and with it the phases, are defined: from two factors on.
bool has_phases(const Task& task);
/// Whether the phase can be told: so, but for a recording of one snapshot, for phases are of a course.
bool has_phases(const Observatory& observatory);
/// Whether some of these records has a semantic alignment: contexts of one label may differ in a factor.
bool has_semantic_alignment(const std::vector<Record>& records);

/// The word for where the run stands, and its colour: the phase, or that this task has none.
std::string standing_label(const Observatory& observatory);
ImU32 standing_colour(const Observatory& observatory);

}  // namespace gramscope::app
