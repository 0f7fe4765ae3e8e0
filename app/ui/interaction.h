#pragma once

#include <imgui.h>

#include <string>

#include "app/ui/rect.h"

namespace gramscope::app {

/// What a control learns about itself in a frame.
struct Interaction {
  ImGuiID id = 0;
  bool is_visible = false;  ///< false: outside the clip rectangle, nothing need be drawn
  bool is_hovered = false;
  bool is_held = false;
  bool was_pressed = false;  ///< clicked and released inside, or activated from the keyboard
  bool is_focused = false;   ///< has the keyboard focus, and the user sees that it has
  float hover_seconds = 0.0f;
};

/// Makes `rect` a control in the current window, reachable with mouse and keyboard, and reports it under
/// `name`, which must be unique in the window. `reported` is the rectangle reported, where it differs from
/// the sensitive one.
Interaction interact(const std::string& name, const Rect& rect, int button_flags = 0);
Interaction interact(const std::string& name, const Rect& rect, const Rect& reported, int button_flags = 0);

/// Reports a rectangle unless it is scrolled out of sight, in whole or in part: what one cannot see whole is
/// not there.
void report_visible_item(const std::string& name, const Rect& rect);

/// The outline of the control that has the keyboard focus.
void draw_focus_ring(const Interaction& interaction, const Rect& rect, float rounding);

/// True once the mouse has rested on the control long enough to want an explanation.
bool wants_info_card(const Interaction& interaction);

/// Clips drawing and hit tests of the current window for its lifetime.
class ScopedClip {
 public:
  explicit ScopedClip(const Rect& rect, bool intersect = true) {
    ImGui::PushClipRect(rect.min, rect.max, intersect);
  }
  ~ScopedClip() { ImGui::PopClipRect(); }
  ScopedClip(const ScopedClip&) = delete;
  ScopedClip& operator=(const ScopedClip&) = delete;
};

/// An identifier scope for its lifetime. ImGui aborts on an unbalanced PushID, an exception must not cause
/// one.
class ScopedId {
 public:
  explicit ScopedId(const char* id) { ImGui::PushID(id); }
  explicit ScopedId(int id) { ImGui::PushID(id); }
  ~ScopedId() { ImGui::PopID(); }
  ScopedId(const ScopedId&) = delete;
  ScopedId& operator=(const ScopedId&) = delete;
};

/// A font in force for its lifetime.
class ScopedFont {
 public:
  explicit ScopedFont(ImFont* font) { ImGui::PushFont(font); }
  ~ScopedFont() { ImGui::PopFont(); }
  ScopedFont(const ScopedFont&) = delete;
  ScopedFont& operator=(const ScopedFont&) = delete;
};

}  // namespace gramscope::app
