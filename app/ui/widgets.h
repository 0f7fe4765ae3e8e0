#pragma once

#include <imgui.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/ui/interaction.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// The window's controls. Each takes the rectangle it is to fill, is drawn here with the palette, behaves as
/// ImGui's own do (mouse, keyboard focus), and reports itself under its name.

enum class ButtonKind {
  primary,    ///< the one call to action
  secondary,  ///< the others
  quiet,      ///< no background until the mouse is there
};

/// True when pressed. `hint`, if not empty, explains it in a hover card; `shortcut` is shown beside its
/// title.
bool button(const std::string& name, const Rect& rect, const std::string& label, ButtonKind kind,
            const std::string& hint = {}, const std::string& shortcut = {});
/// A button whose label is a sign: `title` names it in the hover card.
bool sign_button(const std::string& name, const Rect& rect, const std::string& sign, ButtonKind kind,
                 const std::string& title, const std::string& hint, const std::string& shortcut = {});
/// The width a button needs for its label.
float button_width(std::string_view label);

struct Option {
  std::string key;
  std::string label;
  std::string summary;  ///< shown when the mouse rests on it
  std::string note = {};         ///< what choosing it brings with it, muted behind its label
  std::string unavailable = {};  ///< why it cannot be chosen; empty where it can
  std::string keys = {};         ///< that do the same, at the right end of its row
};

/// Segments of which one is chosen; gives the newly chosen one. Reports "<name>.<key>" for each.
std::optional<int> segmented(const std::string& name, const Rect& rect, std::span<const Option> options,
                             int current);
float segmented_width(std::span<const Option> options);

enum class ComboKind {
  framed,
  quiet,  ///< text and an arrow: the pickers in the header of a view
  title,  ///< the same in the ink and weight of a title
};

/// A list that opens below; gives the newly chosen option. Reports "<name>", and "<name>.<key>" for each open
/// option. `caption` replaces the label of the current option on the closed control where it is not empty.
std::optional<int> combo(const std::string& name, const Rect& rect, std::span<const Option> options,
                         int current, const std::string& caption = {}, ComboKind kind = ComboKind::framed);
/// Whether the list of this combo is open; to be asked in the window it is drawn in.
bool is_combo_open(const std::string& name);
/// The width a framed combo needs for its label.
float combo_width(std::string_view label);
/// The width a quiet combo needs for its label.
float quiet_combo_width(std::string_view label);

/// A switch; true when it was pressed. It takes the right end of the rectangle.
bool toggle(const std::string& name, const Rect& rect, bool is_on);

/// A word in a capsule, coloured by what it means. Gives back its width; drawn with its left edge at
/// rect.min.
float badge_width(std::string_view label);
void badge(const std::string& name, const Rect& rect, std::string_view label, ImU32 colour);

/// A small curve of `values` scaled to its own range, with a dot at its end. Values that are not finite are
/// left out.
void sparkline(const Rect& rect, std::span<const float> values, ImU32 colour);

/// An upper-case group heading with its top left corner at `pos`, and returns the height it takes. A caption
/// that does not end before `right` is left out.
float group_heading(ImVec2 pos, std::string_view label, std::string_view caption = {}, float right = FLT_MAX);

/// A text field for a number, as wide as `rect`: gives the text when the user confirms it. Opens in place.
std::optional<std::string> number_field(const std::string& name, const Rect& rect, const std::string& text);

}  // namespace gramscope::app
