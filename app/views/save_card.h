#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/ui/rect.h"

namespace gramscope::app {

/// A card over the window that asks where to save: a field that has the keyboard at once, Enter saves, Esc closes. What is no
/// place for a file is said and asked again; a file that is there is replaced only when that was confirmed. Reports
/// "card.save", "save.path", "save.confirm", "save.cancel" and "save.note".
class SaveCard {
 public:
  /// `suggested` stands in the field; `own`, if not empty, is the file that is written over unasked.
  void open(const std::filesystem::path& suggested, std::filesystem::path own);
  void close() { is_open_ = false; }
  bool is_open() const { return is_open_; }

  /// Draws it, if open, over all else. Gives the file chosen in this frame, which closes it.
  std::optional<std::filesystem::path> draw();

 private:
  void confirm();
  void draw_contents(const Rect& rect);

  bool is_open_ = false;
  bool takes_keyboard_ = false;
  bool asks_to_replace_ = false;
  std::string text_;
  std::string problem_;
  std::filesystem::path own_;
  std::optional<std::filesystem::path> chosen_;
};

/// Why nothing can be saved there, as a sentence; empty where it can.
std::string why_no_file(const std::filesystem::path& path);

}  // namespace gramscope::app
