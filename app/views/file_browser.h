#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/ui/interaction.h"
#include "app/views/file_listing.h"

namespace gramscope::app {

/// A panel over the window in which a file is chosen: with the mouse (a directory opens with a click, a file with two or
/// with Open), or with the keyboard (typing filters, arrows move, Enter opens, Backspace goes up, Esc closes). It
/// remembers the directory in which a file was last chosen. Reports "browser.entry.<name>" for every entry in sight,
/// "browser.crumb.<n>" from the root down, "browser.filter", "browser.open", "browser.cancel".
class FileBrowser {
 public:
  /// `current` is the file chosen so far, or empty: the browser begins beside it, if it is there.
  void open(std::string title, const std::filesystem::path& current);
  void close() { is_open_ = false; }
  bool is_open() const { return is_open_; }

  /// Draws it, if open, over all else. Gives the file chosen in this frame, which closes it.
  std::optional<std::filesystem::path> draw();

 private:
  void enter(const std::filesystem::path& directory, const std::string& pointed = {});
  void refilter();
  void take_keys();
  void activate(std::size_t row);
  void move(std::ptrdiff_t by);

  void draw_contents(const Rect& rect);
  void draw_crumbs(const Rect& rect);
  void draw_filter(const Rect& rect);
  void draw_list(const Rect& rect);
  void draw_row(const Rect& rect, std::size_t row);
  void draw_buttons(const Rect& rect);

  bool is_open_ = false;
  std::string title_;
  std::filesystem::path directory_;
  std::filesystem::path last_directory_;
  FileListing listing_;
  std::string filter_;
  std::vector<std::size_t> shown_;  ///< entries that match the filter
  std::size_t cursor_ = 0;          ///< a row of `shown_`
  bool is_cursor_moved_ = false;
  std::optional<std::size_t> clicked_row_;  ///< where a second click opens
  std::filesystem::path goes_to_;
  std::optional<std::filesystem::path> chosen_;
};

}  // namespace gramscope::app
