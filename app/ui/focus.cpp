#include "app/ui/focus.h"

#include <imgui_internal.h>

#include <algorithm>
#include <vector>

namespace gramscope::app {
namespace {

std::vector<ImGuiID> g_order;
ImGuiID g_wanted = 0;
/// The control last used with the mouse or reached with Tab: the keyboard goes on from there.
ImGuiID g_last = 0;

}  // namespace

void begin_focus_order() { g_order.clear(); }

void visit_in_focus_order(ImGuiID id, const Rect& rect) {
  auto& g = *GImGui;
  if ((g.CurrentItemFlags & ImGuiItemFlags_NoNav) != 0) return;
  g_order.push_back(id);
  if (g.ActiveId == id) g_last = id;
  if (g_wanted != id) return;
  g_last = id;
  g_wanted = 0;
  ImGui::SetFocusID(id, g.CurrentWindow);
  g.NavDisableHighlight = false;
  ImGui::ScrollToBringRectIntoView(g.CurrentWindow, {rect.min, rect.max});
}

void move_focus(int direction) {
  const auto& g = *GImGui;
  if (g_order.empty() || !g.OpenPopupStack.empty()) return;
  const auto count = static_cast<std::ptrdiff_t>(g_order.size());
  // ImGui gives its own focus to the first control unasked; only where the user sees it does it count.
  const ImGuiID from = g.NavDisableHighlight ? g_last : g.NavId;
  const auto found = std::find(g_order.begin(), g_order.end(), from);
  std::ptrdiff_t index = direction > 0 ? 0 : count - 1;
  if (found != g_order.end()) index = (found - g_order.begin() + direction + count) % count;
  g_wanted = g_order[static_cast<std::size_t>(index)];
}

void drop_focus() {
  auto& g = *GImGui;
  g_wanted = 0;
  if (g.ActiveId != 0) ImGui::ClearActiveID();
  // Out of a child window first: there ImGui takes the same Esc as a wish to focus the child itself.
  if (g.NavWindow != nullptr) ImGui::FocusWindow(g.NavWindow->RootWindow);
  g.NavId = 0;
  g.NavDisableHighlight = true;
}

void reset_focus() {
  g_order.clear();
  g_wanted = 0;
  g_last = 0;
}

bool is_typing_or_choosing() { return GImGui->IO.WantTextInput || !GImGui->OpenPopupStack.empty(); }

bool does_escape_belong_to_imgui() { return is_typing_or_choosing(); }

bool is_keyboard_taken() { return is_typing_or_choosing() || GImGui->IO.NavVisible; }

}  // namespace gramscope::app
