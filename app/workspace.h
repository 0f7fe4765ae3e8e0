#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/observatory.h"
#include "app/ui/layout.h"
#include "app/ui/shortcuts.h"
#include "app/views/top_bar.h"
#include "app/views/view.h"

namespace gramscope::app {

/// All that is drawn in a frame, without a window to draw it in: bars, panels and views, where they stand,
/// and the keys. The window and pictures of it share this.
class Workspace {
 public:
  explicit Workspace(ExperimentSource source);

  /// Lays out and draws everything. To be called between ImGui::NewFrame and ImGui::Render, with OpenGL
  /// current; views leave their own drawing in observatory.draws.
  void draw(Observatory& observatory);

  /// Fills the window with the panels' and the views' colours. llvmpipe is bound by fill rate, and a cleared
  /// scissor rectangle costs a fraction of a drawn one. To be called before observatory.draws and ImGui's
  /// draw data.
  void clear_background(int framebuffer_width, int framebuffer_height) const;

  /// A typed character; true if it meant something. Rests while a control has the keyboard.
  bool press(Observatory& observatory, char32_t character);
  /// Esc: leaves the overlay, the control that has the keyboard, or the full view.
  void escape();

  /// The key of the view at full size, or empty.
  const std::string& full_view() const { return full_view_; }
  void set_full_view(const std::string& key) { full_view_ = key; }
  bool shows_shortcuts() const { return shows_shortcuts_; }

 private:
  View& view(const std::string& key);
  void draw_view(Observatory& observatory, const std::string& key, const Rect& rect);
  void draw_views(Observatory& observatory);
  void draw_lines() const;
  void execute(Observatory& observatory, Shortcut shortcut);

  TopBar top_bar_;
  std::map<std::string, std::unique_ptr<View>> views_;
  Layout layout_;
  ImVec2 size_;
  std::string full_view_;
  std::string hovered_view_;
  bool shows_shortcuts_ = false;
};

/// Draws the page of shortcuts over everything.
void draw_shortcut_overlay();

}  // namespace gramscope::app
