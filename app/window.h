#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/gl/offscreen.h"
#include "app/gl/png.h"
#include "app/observatory.h"
#include "app/views/top_bar.h"

namespace gramscope::app {

class RunTree;
class Workspace;

struct WindowOptions {
  int width = 1440;
  int height = 900;
  /// Drawn into memory at the size given, without a window to be seen: for pictures and tests.
  bool is_hidden = false;
  /// Pixels per point of design; 0 takes the display's.
  float ui_scale = 0.0f;
  /// Commands that drive the window without hands (see input_script.h); empty: hands.
  std::filesystem::path script;
  ExperimentSource experiments;
  /// Called every frame after the observatory has been updated; may put other runs into the tree.
  std::function<void(Observatory&)> each_frame;
  /// Asked every frame; true closes the window.
  std::function<bool(const Observatory&)> should_quit;
};

/// The window on an observatory: its OpenGL context, ImGui, the frame loop, keys and pacing. One at a time.
class Window {
 public:
  /// Throws DisplayError where there is no display or no OpenGL 3.3; InputError for a script that cannot be
  /// read.
  explicit Window(WindowOptions options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Draws frames until the user closes the window, should_quit() says so, or the script ends. Throws what a
  /// script command that fails throws.
  void run(Observatory& observatory);
  /// The same with all runs of a tree.
  void run(RunTree& tree);

  /// Draws one frame, without waiting; false once the window is to close.
  bool draw_frame(Observatory& observatory);
  bool draw_frame(RunTree& tree);

  /// What the last frame drew.
  Image picture() const;

  Workspace& workspace();

 private:
  /// `follow` takes in what is new, and gives what is to be shown.
  bool draw(const std::function<Observatory&()>& follow);
  void run_until_closed(const std::function<bool()>& frame, const std::function<Observatory&()>& shown);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gramscope::app
