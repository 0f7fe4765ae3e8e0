#include "app/commands/shot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <optional>

#include "app/commands/interrupt.h"
#include "app/commands/picture_size.h"
#include "app/view_picture.h"
#include "app/views/view.h"
#include "app/window.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

/// Frames after which controls, labels and the scale of the projection have settled.
constexpr int kSettlingFrames = 90;

void require_view(const std::string& key) {
  if (key.empty() || find_view_entry(key) != nullptr) return;
  std::vector<std::string> names;
  for (const auto& entry : view_entries()) names.push_back(entry.key);
  throw UsageError(
      fmt::format("--view: unknown \"{}\"; nearest: {}", key, fmt::join(nearest_names(key, names), ", ")));
}

/// Trains to the end and takes in the last snapshot, calling `frame` as a window would. Stops early if
/// interrupted.
template <class Frame>
void finish_run(Observatory& observatory, const Frame& frame) {
  for (;;) {
    frame();
    if (InterruptGuard::was_interrupted()) return;
    const auto& status = observatory.status();
    if (status.has_failed) throw RuntimeError(status.failure);
    const auto* snapshot = observatory.snapshot();
    if (status.state != Engine::State::ready && snapshot != nullptr && snapshot->step() == status.step)
      return;
  }
}

Image window_picture(Observatory& observatory, const PictureSize& size) {
  WindowOptions options;
  options.width = size.width;
  options.height = size.height;
  options.is_hidden = true;
  Window window(std::move(options));
  finish_run(observatory, [&] { window.draw_frame(observatory); });
  for (int i = 0; i < kSettlingFrames; ++i) window.draw_frame(observatory);
  return window.picture();
}

Image view_picture(Observatory& observatory, const std::string& key, const PictureSize& size) {
  ViewPicture picture(key, size.width, size.height);
  finish_run(observatory, [&] { picture.draw_frame(observatory); });
  for (int i = 0; i < kSettlingFrames; ++i) picture.draw_frame(observatory);
  return picture.image();
}

}  // namespace

void add_shot_options(CLI::App& command, ShotOptions& options) {
  add_experiment_options(command, options.experiment, true);
  command.add_option("--out", options.out, "The picture to write")->option_text("FILE.png")->required();
  command.add_option("--size", options.size, "Size of the picture, 1440x900 if not given")
      ->option_text("WxH");
  command.add_option("--view", options.view, "One view instead of the window (gramscope list views)")
      ->option_text("KEY");
}

ExitCode shot_command(const ShotOptions& options) {
  require_view(options.view);
  const auto size = parse_size(options.size);
  const auto experiment = choose_experiment(options.experiment);
  const auto& preset = experiment.session.preset;
  print_notes(experiment);
  const InterruptGuard guard;
  SetSpeed speed;
  speed.pace = Pace::maximum;
  Observatory observatory(preset.config, preset.name, true, speed);
  Image picture;
  try {
    picture = options.view.empty() ? window_picture(observatory, size)
                                   : view_picture(observatory, options.view, size);
  } catch (const DisplayError& error) {
    throw DisplayError(without_display(error.what(), options.experiment));
  }
  if (InterruptGuard::was_interrupted()) return ExitCode::interrupted;
  write_png(options.out, picture);
  if (observatory.status().state != Engine::State::diverged) return ExitCode::ok;
  std::cerr << "gramscope: "
            << (observatory.message() != nullptr ? observatory.message()->text : "the run diverged") << '\n';
  return ExitCode::diverged;
}

}  // namespace gramscope::app
