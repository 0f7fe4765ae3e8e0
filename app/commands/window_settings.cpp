#include "app/commands/window_settings.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>
#include <utility>

#include "app/commands/experiment_source.h"
#include "app/commands/interrupt.h"
#include "app/commands/picture_size.h"
#include "app/observatory.h"
#include "app/ui/items.h"
#include "core/registry/error.h"

namespace gramscope::app {

void add_window_settings(CLI::App& command, WindowSettings& settings, const std::string& quit_hint) {
  command
      .add_option(
          "--speed", settings.speed,
          "log: each doubling of the step count takes the same time (the default); max; or steps per second")
      ->option_text("log|max|N");
  command.add_option("--size", settings.size, "Size of the window, 1440x900 if not given")->option_text("WxH");
  command.add_flag("--quit", settings.quit, quit_hint);
  command
      .add_option("--script", settings.script,
                  "Drives the window by the commands in a file instead of by hand")
      ->option_text("FILE");
  command
      .add_option("--items", settings.items, "Writes the names and places of everything drawn, frame by frame")
      ->option_text("FILE");
}

SetSpeed parse_speed(const std::string& text) {
  SetSpeed speed;
  if (text == "log") return speed;
  if (text == "max") {
    speed.pace = Pace::maximum;
    return speed;
  }
  speed.pace = Pace::steps_per_second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed.steps_per_second);
  if (error != std::errc() || end != text.data() + text.size() || !(speed.steps_per_second > 0.0) ||
      speed.steps_per_second > 1e9)
    throw UsageError(fmt::format(
        "--speed {}: must be log, max or a number of steps per second from above 0 to 1e9", text));
  return speed;
}

ItemLog::ItemLog(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_.open(path);
  if (!file_) throw RuntimeError(fmt::format("{}: could not be opened for writing", path));
}

void ItemLog::add_frame(std::int64_t step) {
  if (path_.empty()) return;
  auto list = nlohmann::ordered_json::array();
  for (const auto& item : items().all())
    list.push_back({{"name", item.name},
                    {"rect", {item.min.x, item.min.y, item.max.x, item.max.y}},
                    {"clip", {item.clip_min.x, item.clip_min.y, item.clip_max.x, item.clip_max.y}}});
  ++frame_;
  if (list == last_) return;
  file_ << nlohmann::ordered_json{{"frame", frame_}, {"step", step}, {"items", list}}.dump() << '\n' << std::flush;
  if (!file_) throw RuntimeError(fmt::format("{}: could not be written", path_));
  last_ = std::move(list);
}

WindowOptions window_options(const WindowSettings& settings, ItemLog& log, bool (*has_ended)(const Observatory&)) {
  const PictureSize size = parse_size(settings.size);
  WindowOptions options;
  options.width = size.width;
  options.height = size.height;
  options.script = settings.script;
  options.experiments = experiment_source();
  // Asked after each frame, when its items are known.
  options.should_quit = [&log, has_ended, quits = settings.quit](const Observatory& observatory) {
    log.add_frame(observatory.status().step);
    return InterruptGuard::was_interrupted() || (quits && has_ended(observatory));
  };
  return options;
}

}  // namespace gramscope::app
