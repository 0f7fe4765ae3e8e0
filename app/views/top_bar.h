#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/observatory.h"
#include "app/ui/rect.h"
#include "app/ui/widgets.h"
#include "app/views/session_menu.h"

namespace gramscope::app {

/// The speeds that there are; steps per second from above 0.
inline constexpr double kLeastSecondsPerDoubling = 0.05;
inline constexpr double kMostSecondsPerDoubling = 60.0;
inline constexpr double kMostStepsPerSecond = 1e9;

/// An experiment to choose.
struct PresetItem {
  std::string name;     ///< "collapse"
  std::string title;    ///< "Collapse (flagship)"
  std::string summary;  ///< one sentence
};

/// Where the experiments come from. The caller knows files; the window does not.
struct ExperimentSource {
  std::function<std::vector<PresetItem>()> list;
  /// Loads the preset of that name, or the preset or session in that file, into the observatory. May throw: the text
  /// becomes a message.
  std::function<void(Observatory&, const std::string& name)> load;
  /// Opens snapshots that another program has written, in a file or a directory. May throw the same.
  std::function<std::unique_ptr<RunSource>(const std::filesystem::path& path)> open_recording;
};

/// The bar at the top: which experiment, how it is run, and where it stands. What does not fit is left out,
/// the least important first.
class TopBar {
 public:
  explicit TopBar(ExperimentSource source);

  /// Gives what was chosen in the menu of the session, which is there where `has_session`.
  std::optional<SessionCommand> draw(Observatory& observatory, const Rect& rect, bool has_session);

 private:
  float draw_controls(Observatory& observatory, const Rect& rect, bool has_session);
  float draw_picker(Observatory& observatory, const Rect& slot, bool is_wide);
  float draw_run_buttons(Observatory& observatory, const Rect& slot);
  float draw_speed(Observatory& observatory, float x, float top, float bottom, bool is_narrow);
  void draw_readings(const Observatory& observatory, const Rect& rect, float left);

  ExperimentSource source_;
  std::vector<Option> presets_;
  std::optional<SessionCommand> command_;  ///< chosen in this frame
};

/// Runs, or pauses; a run that has diverged begins again.
void toggle_run(Observatory& observatory);

}  // namespace gramscope::app
