#pragma once

#include <span>
#include <vector>

#include "app/ui/rect.h"
#include "core/metrics/metrics.h"
#include "core/tasks/task.h"

namespace gramscope::app {

/// The share of the dimensions of centred contexts that belongs to main effects, pairwise interactions and so
/// on, for crossed factors with these numbers of values (math.md section 4): e_k(v_1 - 1, ..., v_n - 1) /
/// (v_1 ... v_n - 1), which is their share of the energy at the symmetric state. 3×3×3: 6/26, 12/26, 8/26.
/// Empty where there is nothing to share.
std::vector<double> dimension_shares(std::span<const int> values_of_factors);

/// The interaction energies of a moment, energy_1 first; empty unless all are defined.
std::vector<double> interaction_energies(const Metrics& metrics);

/// The height of the bar with its heading and its caption.
float energy_bar_height();

/// The energies as one bar, each order a segment, with ticks where they would end at the symmetric state.
void draw_energy_bar(const Rect& rect, const Task& task, std::span<const double> energies);

}  // namespace gramscope::app
