#pragma once

#include <functional>

#include "app/commands/progress.h"
#include "core/tasks/task_work.h"

namespace gramscope::app {

/// For the making of a task on this thread, which may read a large file: shown on the progress bar, stopped
/// by Ctrl+C (an InterruptGuard must be there) with Cancelled. `progress` must outlive what is made of it.
std::function<TaskWork()> task_preparation(Progress& progress);

}  // namespace gramscope::app
