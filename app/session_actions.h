#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/observatory.h"

namespace gramscope::app {

/// A session that a crash has left behind.
struct LostSession {
  std::string title;    ///< "collapse, 12 changes, 2 branches"
  std::string details;  ///< when it was saved, and where it lies
  std::filesystem::path file;
};

/// What can be done with all that the window has, as a file or a text. The caller knows files; the window does not. Those that
/// may fail, or take their time, say how they went in the status line; what they throw is told there too. They are called while
/// a frame is drawn: what puts other runs in the place of those there waits until that is over.
struct SessionActions {
  /// Where a session that has no file yet would be saved.
  std::function<std::filesystem::path()> suggested_file;
  /// The file that it was last saved to or opened from; empty: none yet.
  std::function<std::filesystem::path()> file;
  std::function<void(const std::filesystem::path&)> save;
  std::function<void(const std::filesystem::path&)> open;
  /// The parameters of a run as they are now, as a command line and as a preset. Of two side by side it is the one whose
  /// parameters the panel shows.
  std::function<std::string(const Observatory&)> command_line;
  std::function<std::string(const Observatory&)> preset;

  /// What the last programs could not end cleanly, newest first; the window takes one out before it has it restored or
  /// discarded.
  std::vector<LostSession> lost;
  std::function<void(const std::filesystem::path&)> restore;
  std::function<void(const std::filesystem::path&)> discard;

  bool are_there() const { return static_cast<bool>(save); }
};

}  // namespace gramscope::app
