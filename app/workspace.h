#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/observatory.h"
#include "app/session_controls.h"
#include "app/ui/layout.h"
#include "app/ui/shortcuts.h"
#include "app/views/file_browser.h"
#include "app/views/preparation_card.h"
#include "app/views/run_tree_panel.h"
#include "app/views/top_bar.h"
#include "app/views/view.h"

namespace gramscope::app {

/// Where a key takes the playhead: by a recorded step, or to the end.
enum class PlayheadMove { back, on, first, newest };

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
  /// A letter with Ctrl, given as a capital; true if it meant something. Rests while something is typed or chosen, which has
  /// such keys of its own.
  bool press_with_control(Observatory& observatory, char letter, bool has_shift);
  /// The arrow keys, Home and End move the playhead while nothing else has the keyboard: then ImGui is not to see them.
  bool owns_arrow_keys(const Observatory& observatory) const;
  /// True if there was a playhead to move.
  bool move_playhead(Observatory& observatory, PlayheadMove move);
  /// Undoes the last change of parameters, or redoes what was undone. Rests while a text field or a list is open: the keys
  /// are theirs.
  void undo(Observatory& observatory, bool is_redo);
  /// Esc: leaves the file browser, the card that asks where to save, the overlay, the card with lost sessions, the making of a
  /// task, the control that has the keyboard, or the full view: the first of these that there is.
  void escape(Observatory& observatory);
  /// A file dropped on the window.
  void drop(Observatory& observatory, const std::filesystem::path& path);

  /// The key of the view at full size, or empty.
  const std::string& full_view() const { return full_view_; }
  void set_full_view(const std::string& key) { full_view_ = key; }
  bool shows_shortcuts() const { return shows_shortcuts_; }
  /// The keys of the views in the four panels of the centre: top left, top right, bottom left, bottom right.
  const std::array<std::string, 4>& centre() const { return centre_; }
  /// Four pictures, each once.
  void set_centre(const std::array<std::string, 4>& keys) { centre_ = keys; }

  /// What can be done with sessions: nothing before it is said.
  void set_session_actions(SessionActions actions) { session_.set_actions(std::move(actions)); }
  SessionActions& session_actions() { return session_.actions(); }

 private:
  /// `twin`: a second one of its kind, for the run beside the shown one.
  View& view(const std::string& key, bool is_twin);
  void draw_view(Observatory& observatory, const std::string& key, const Rect& rect, bool is_twin = false);
  void draw_views(Observatory& observatory);
  void draw_centre(Observatory& observatory);
  /// Whether two runs are side by side in the centre; a view that speaks of both by itself may have it alone.
  bool shows_columns(const Observatory& observatory) const;
  /// Two runs side by side, each in a column: the same two views of both.
  void draw_columns(Observatory& observatory, Observatory& beside);
  void draw_column_titles(Observatory& observatory, const Observatory& beside);
  /// A view whose title is the list of those that can stand in its place. Gives the one chosen, or nothing.
  std::string draw_exchangeable(Observatory& observatory, const std::string& list, const std::string& key,
                                const Rect& rect);
  void put_in_panel(std::size_t panel, const std::string& key);
  bool is_in_centre(const std::string& key) const;
  void draw_browser(Observatory& observatory);
  void draw_lines() const;
  void execute(Observatory& observatory, Shortcut shortcut);

  ExperimentSource experiments_;
  TopBar top_bar_;
  PreparationCard preparation_card_;
  RunTreePanel run_tree_;
  FileBrowser browser_;
  std::function<void(Observatory&, const std::filesystem::path&)> take_file_;  ///< what the browser chooses a file for
  SessionControls session_;
  std::array<std::string, 4> centre_{"gram_h", "target", "pca", "gram_w"};
  std::map<std::string, std::unique_ptr<View>> views_;
  Layout layout_;
  ImVec2 size_;
  std::string full_view_;
  std::string hovered_view_;
  std::string shown_views_;  ///< in the frame before
  bool shows_shortcuts_ = false;
};

}  // namespace gramscope::app
