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
/// may fail, or take their time, say how they went in the status line.
struct SessionActions {
  /// Where a session that has no file yet would be saved.
  std::function<std::filesystem::path()> suggested_file;
  /// The file that it was last saved to or opened from; empty: none yet.
  std::function<std::filesystem::path()> file;
  std::function<void(const std::filesystem::path&)> save;
  std::function<void(const std::filesystem::path&)> open;
  /// The parameters of a run as they are now, as a command line and as a preset.
  std::function<std::string(const Observatory&)> command_line;
  std::function<std::string(const Observatory&)> preset;

  /// What the last programs could not end cleanly, newest first; restoring or discarding takes one out.
  std::vector<LostSession> lost;
  std::function<void(const std::filesystem::path&)> restore;
  std::function<void(const std::filesystem::path&)> discard;

  bool are_there() const { return static_cast<bool>(save); }
};

}  // namespace gramscope::app
