#pragma once

#include <string>

#include "app/commands/progress.h"
#include "app/observatory.h"

namespace gramscope::app {

/// Whether an argument that could name an experiment is a path of snapshots: arrays, or a directory that is not called like
/// an embedded preset.
bool names_snapshots(const std::string& argument);

/// Waits for the first snapshot of a source, with what it does on the progress bar. Throws InputError where nothing can be
/// read, Cancelled after Ctrl+C (an InterruptGuard must be there).
void await_first_snapshot(RunSource& source, Progress& progress);

/// Whether every snapshot that has been found is on the timeline or refused, and the one shown is drawn. Where files are
/// looked for this is the end of those there are now.
bool has_measured_all(const Observatory& observatory);

}  // namespace gramscope::app
