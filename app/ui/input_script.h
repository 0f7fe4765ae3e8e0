#pragma once

#include <imgui.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/gl/png.h"
#include "app/observatory.h"

namespace gramscope::app {

class Workspace;

/// What a script acts upon.
struct ScriptHost {
  Observatory& observatory;
  Workspace& workspace;
  std::function<void(int width, int height)> resize;
  std::function<void(int glfw_key, int glfw_mods)> press_key;
  std::function<Image()> picture;
};

/// Drives the window without hands: a text file with a command on each line, executed one after the other,
/// each taking as many frames as a hand would need. Input goes through ImGui's own, so what a script can do a
/// user can.
///
///   wait N                     N frames
///   wait_step N                until that many steps have been taken
///   wait_phase NAME            until unformed, structure, collapsing or collapsed has been reached
///   wait_measured N            until so many snapshots of a recording have been measured
///   wait_finished              until the run has ended, or all of a recording is measured
///   wait_idle                  until nothing runs or is being opened, and the picture is of the current step
///   move NAME | X Y            the mouse, to the middle of an item or to a place
///   click NAME [FX FY]         at a fraction of the item's width and height; 0.5 0.5 is the middle
///   double_click, right_click, ctrl_click NAME [FX FY]
///   drag NAME DX DY [FRAMES]   from the item's middle
///   wheel NAME DY              over the item's middle
///   key [Ctrl+][Shift+]KEY     Space, Tab, Enter, Escape, Left, F5, r, ?, ...
///   type TEXT                  the rest of the line, into whatever has the keyboard
///   resize WIDTH HEIGHT
///   set KEY VALUE              a parameter, as --set does
///   drop FILE                  on the window, as from a file manager
///   seek N                     shows the recorded step nearest to N
///   follow on|off              whether new files of a recording are looked for
///   clipboard FILE             the text that is on the clipboard
///   items FILE                 what was drawn, a JSON object on each line
///   shot FILE.png
///   quit
///
/// Empty lines and what follows a # at the beginning of a line or after white space are comments. An item
/// that is not there is waited for, 300 frames. A script without `quit` closes the window at its end.
class InputScript {
 public:
  /// Throws InputError naming the file and line of what cannot be understood.
  static InputScript load(const std::filesystem::path& path);
  static InputScript parse(const std::string& text, const std::string& name);

  /// After the backends' NewFrame, before ImGui's. Throws RuntimeError naming file and line where a command
  /// fails.
  void before_frame(const ScriptHost& host);
  /// After everything is drawn, before it is shown.
  void after_frame(const ScriptHost& host);

  bool wants_quit() const { return wants_quit_; }

 private:
  struct Command {
    int line = 0;
    std::string verb;
    std::vector<std::string> words;  ///< arguments
    std::string rest;                ///< the same, as one text
  };

  void check(const Command& command) const;
  /// One frame of the current command; true when it is complete.
  bool advance(const Command& command, const ScriptHost& host);
  bool advance_wait(const Command& command, const ScriptHost& host);
  bool advance_pointer(const Command& command);
  bool advance_key(const Command& command, const ScriptHost& host);
  bool press_buttons(const Command& command);
  bool drag(const Command& command);
  /// Finds the item, waiting for it; false while it is not there.
  bool locate(const Command& command, float fx, float fy, ImVec2* place);
  void write_items(const Command& command) const;
  [[noreturn]] void fail(const Command& command, const std::string& what) const;

  std::string name_;
  std::vector<Command> commands_;
  std::size_t current_ = 0;
  int frame_ = 0;    ///< frames the current command has taken
  int missing_ = 0;  ///< frames an item has been waited for
  double started_ = 0.0;
  bool is_pending_after_ = false;  ///< the current command is executed after drawing
  bool wants_quit_ = false;

  ImVec2 mouse_{-1e6f, -1e6f};
  ImVec2 drag_from_{0, 0};
  bool buttons_[2] = {false, false};
  bool ctrl_ = false;
};

}  // namespace gramscope::app
