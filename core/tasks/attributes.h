#pragma once

#include <memory>

#include "core/registry/registry.h"
#include "core/tasks/imbalance.h"
#include "core/tasks/task.h"

namespace gramscope {

/// Crossed factors, one context per combination, a distinct one-hot label for each (SBC; math.md section 1).
///
/// `factors` (1 to 5) properties of `values` (2 to 8) values each give values^factors contexts ("small red circle"),
/// in the order of the first factor outermost. A context's tokens are its values as one would say them. No label
/// mentions a factor: only the analysis knows them. Where the labels are not equally frequent, the first contexts are the
/// frequent ones: with `step`, those of the first half of the first factor's values.
std::shared_ptr<const Task> make_attributes(int factors, int values, const Imbalance& imbalance = {});

TaskEntry attributes_entry();

}  // namespace gramscope
