#include "app/commands/recording_source.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "app/commands/interrupt.h"
#include "app/dropped_file.h"
#include "core/io/preset.h"
#include "core/registry/error.h"

namespace gramscope::app {

bool names_snapshots(const std::string& argument) {
  if (!looks_like_snapshots(argument)) return false;
  const auto presets = embedded_presets();
  return std::none_of(presets.begin(), presets.end(), [&](const Preset& preset) { return preset.name == argument; });
}

void await_first_snapshot(RunSource& source, Progress& progress) {
  while (source.snapshot() == nullptr) {
    const RunnerStatus status = source.status();
    if (status.has_failed) {
      progress.clear();
      throw InputError(status.failure);
    }
    if (InterruptGuard::was_interrupted()) {
      progress.clear();
      source.cancel_preparation();
      throw Cancelled("interrupted before the first snapshot");
    }
    if (status.preparation)
      progress.update(status.preparation->share, status.preparation->what);
    else
      progress.update(0.0, "Waiting for the first snapshot");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  progress.clear();
}

bool has_measured_all(const Observatory& observatory) {
  const auto& recording = observatory.status().recording;
  if (!recording || observatory.status().has_failed) return true;
  const auto* snapshot = observatory.snapshot();
  return recording->measured + recording->refused >= recording->snapshots && snapshot != nullptr &&
         snapshot->step() == observatory.playhead() && !observatory.status().is_running;
}

}  // namespace gramscope::app
