#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/window.h"
#include "core/train/command.h"

namespace gramscope::app {

/// What every command that opens the window can be told of it.
struct WindowSettings {
  std::string speed = "log";  ///< log, max or a number of steps per second
  std::string size = "1440x900";
  std::string script;
  std::string items;
  bool quit = false;
};

/// `quit_hint` says when --quit closes the window.
void add_window_settings(CLI::App& command, WindowSettings& settings, const std::string& quit_hint);

/// Throws UsageError.
SetSpeed parse_speed(const std::string& text);

/// What is drawn, a JSON object on a line for every frame that differs from the one before:
/// {"frame": 7, "step": 200, "items": [{"name": "button.run", "rect": [x0, y0, x1, y1], "clip": [...]},
/// ...]}.
class ItemLog {
 public:
  /// An empty path: nowhere.
  explicit ItemLog(const std::string& path);
  void add_frame(std::int64_t step);

 private:
  std::string path_;
  std::ofstream file_;
  nlohmann::ordered_json last_;
  std::int64_t frame_ = 0;
};

/// A window of these settings, which closes once `has_ended` says so (with --quit) or the user interrupts: an
/// InterruptGuard must be there. Both must outlive the options.
WindowOptions window_options(const WindowSettings& settings, ItemLog& log, bool (*has_ended)(const Observatory&));

}  // namespace gramscope::app
