#pragma once

#include <functional>

#include "app/commands/progress.h"
#include "core/train/engine.h"

namespace gramscope::app {

/// Waits a moment for L_mm, with the share of the way to it on the progress bar, and lets the engine take it in.
void wait_a_moment(Engine& engine, Progress& progress, double share);

/// Waits until every recorded step has been compared with L_mm. Ctrl+C (an InterruptGuard must be there) ends the waiting:
/// those steps then stay without, and false is returned. Where it takes more than a moment, stderr says what for.
bool await_max_margin(Engine& engine, Progress& progress, const std::function<double()>& share);

}  // namespace gramscope::app
