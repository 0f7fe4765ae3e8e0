#include "app/commands/view.h"

#include <memory>
#include <optional>
#include <utility>

#include "app/commands/interrupt.h"
#include "app/commands/recording_source.h"
#include "app/window.h"
#include "core/io/recording.h"
#include "core/io/safetensors.h"
#include "core/registry/error.h"

namespace gramscope::app {

void add_view_options(CLI::App& command, ViewOptions& options) {
  command
      .add_option("PATH", options.path,
                  "A file (.npz, .npy, .safetensors) or a directory of them, one for each step: H (n x d), and as far as "
                  "they are known W (K x d), b, labels, factors, names, step")
      ->required();
  command.add_flag("--follow", options.follow, "Looks for new files, as a running job writes them");
  add_window_settings(command, options.window, "Closes the window when all snapshots have been measured");
}

ExitCode view_command(const ViewOptions& options) {
  SetSpeed speed = parse_speed(options.window.speed);
  ItemLog log(options.window.items);
  const InterruptGuard guard;
  WindowOptions window_of_recording = window_options(options.window, log, has_measured_all);
  RecordingOptions recording_options;
  recording_options.is_following = options.follow;
  std::unique_ptr<RunSource> source = std::make_unique<Recording>(options.path, recording_options);
  Progress progress;
  await_first_snapshot(*source, progress);
  Observatory observatory(std::move(source), speed, weight_reader());
  std::optional<Window> window;
  try {
    window.emplace(std::move(window_of_recording));
  } catch (const DisplayError& error) {
    throw DisplayError(std::string(error.what()) +
                       "; without a display: gramscope metrics FILE --json measures a snapshot");
  }
  window->run(observatory);
  if (InterruptGuard::was_interrupted()) return ExitCode::interrupted;
  if (observatory.status().has_failed) throw RuntimeError(observatory.status().failure);
  return ExitCode::ok;
}

}  // namespace gramscope::app
