#pragma once

#include "core/registry/config.h"
#include "core/registry/parameter.h"
#include "core/tasks/task.h"

namespace gramscope {

/// The most contexts for which L_mm is solved without being asked for.
inline constexpr Index kMostContextsAtOnce = 500;

/// run.max_margin: whether the recorded steps from here on are compared with L_mm. `auto`: up to kMostContextsAtOnce
/// contexts; `always`; `never`.
Parameter max_margin_parameter();

/// Why L_mm of samples whose training is not known is not solved for, which nobody can ask for there; empty where it is.
std::string max_margin_left_out(const Task& task);

/// Why L_mm is not to be solved for; empty where it is.
std::string max_margin_withheld(const Config& config, const Task& task);

}  // namespace gramscope
