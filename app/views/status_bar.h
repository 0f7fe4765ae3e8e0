#pragma once

#include <string>

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// The line at the bottom: the newest message, else what the run is doing and how fast it could; then the
/// keys.
void draw_status_bar(const Observatory& observatory, const Rect& rect);

/// What the run is doing, in words: "Running: 184,000 steps/s available, paced in log time".
std::string describe_pace(const RunnerStatus& status, const SetSpeed& speed);

}  // namespace gramscope::app
