#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "app/ui/rect.h"

namespace gramscope::app {

/// Rows below each other, any number of them, of which those in sight are drawn. The wheel and the bar at the
/// right scroll; arrows, Page Up and Down, Home and End move a cursor while the list has the keyboard or the
/// mouse is over it, and Enter presses the row that has it.
class RowList {
 public:
  struct Response {
    std::optional<std::size_t> pointed;  ///< under the mouse
    std::optional<std::size_t> pressed;
    bool has_keys =
        false;  ///< keys are meant for it: it has the focus, or the mouse and nothing else has the focus
  };

  /// To be called before rows are drawn. One control of that name, one stop of the Tab key; rows in sight are
  /// reported as
  /// "<name>.<i>".
  Response respond(const std::string& name, const Rect& rect, std::size_t count, float row_height);

  /// The rows that are seen, in whole or in part: [first, end).
  std::size_t first() const { return first_; }
  std::size_t end() const { return end_; }
  /// Where a row stands, without the scroll bar; it may reach out of the list.
  Rect row(std::size_t i) const;
  std::optional<std::size_t> cursor() const { return cursor_; }

  /// Another list from its beginning.
  void reset();

 private:
  void scroll_by_mouse(const std::string& name, bool is_over);
  void move_cursor();
  void draw_bar(const Rect& bar, bool is_hot) const;
  float most_scroll() const;

  Rect rect_{};
  std::size_t count_ = 0;
  float row_height_ = 1.0f;
  float scroll_ = 0.0f;  ///< pixels above the list
  std::size_t first_ = 0;
  std::size_t end_ = 0;
  float bar_width_ = 0.0f;  ///< 0 where all rows fit
  std::optional<std::size_t> cursor_;
};

}  // namespace gramscope::app
