#include "app/ui/theme.h"

#include <algorithm>

#include "app/ui/fonts.h"

namespace gramscope::app {
namespace {

constexpr ImU32 rgb(unsigned hex, unsigned alpha = 255) {
  return IM_COL32((hex >> 16) & 255u, (hex >> 8) & 255u, hex & 255u, alpha);
}

constexpr Palette kDark{
    .background = rgb(0x14161a),
    .panel = rgb(0x1b1e24),
    .control = rgb(0x262b34),
    .control_hot = rgb(0x2f3541),
    .track = rgb(0x303742),
    .line = rgb(0x2a2f38),
    .text = rgb(0xe6e8ec),
    .text_muted =
        rgb(0x99a1af),  // 6.4:1 on the panel: small text must be legible from the back of a lecture hall
    .text_dim = rgb(0x6c7584),
    .accent = rgb(0xf0b429),
    .accent_ink = rgb(0x1a1300),
    .semantic = rgb(0xe69f00),
    .symmetric = rgb(0x56b4e9),
    .good = rgb(0x2fb88f),
    .warning = rgb(0xf2994a),
    .error = rgb(0xf2635f),
    .tooltip = rgb(0x0d0f12, 250),
    .classes = {rgb(0xe69f00), rgb(0x56b4e9), rgb(0x009e73), rgb(0xf0e442), rgb(0x0072b2), rgb(0xd55e00),
                rgb(0xcc79a7), rgb(0x999999)},
};

Fonts g_fonts;
float g_scale = 1.0f;

void apply_style(float scale) {
  ImGuiStyle style;  // from the defaults: ScaleAllSizes compounds
  style.WindowPadding = {10.0f, 8.0f};
  style.FramePadding = {8.0f, 4.0f};
  style.ItemSpacing = {8.0f, 6.0f};
  style.WindowRounding = 6.0f;
  style.ChildRounding = 0.0f;
  style.PopupRounding = 6.0f;
  style.FrameRounding = 4.0f;
  style.GrabRounding = 4.0f;
  style.ScrollbarSize = 9.0f;
  style.ScrollbarRounding = 4.0f;
  style.WindowBorderSize = 0.0f;
  style.ChildBorderSize = 0.0f;
  style.PopupBorderSize = 1.0f;
  style.WindowMinSize = {1.0f, 1.0f};
  style.ScaleAllSizes(scale);
  style.PopupBorderSize = 1.0f;

  const auto& p = kDark;
  auto set = [&style](ImGuiCol slot, ImU32 colour) {
    style.Colors[slot] = ImGui::ColorConvertU32ToFloat4(colour);
  };
  set(ImGuiCol_Text, p.text);
  set(ImGuiCol_TextDisabled, p.text_dim);
  set(ImGuiCol_WindowBg, p.panel);
  set(ImGuiCol_ChildBg, IM_COL32_BLACK_TRANS);
  set(ImGuiCol_PopupBg, p.tooltip);
  set(ImGuiCol_Border, p.line);
  set(ImGuiCol_FrameBg, p.control);
  set(ImGuiCol_FrameBgHovered, p.control_hot);
  set(ImGuiCol_FrameBgActive, p.control_hot);
  set(ImGuiCol_ScrollbarBg, IM_COL32_BLACK_TRANS);
  set(ImGuiCol_ScrollbarGrab, p.track);
  set(ImGuiCol_ScrollbarGrabHovered, p.text_dim);
  set(ImGuiCol_ScrollbarGrabActive, p.text_dim);
  set(ImGuiCol_Button, p.control);
  set(ImGuiCol_ButtonHovered, p.control_hot);
  set(ImGuiCol_ButtonActive, p.track);
  set(ImGuiCol_Header, p.control);
  set(ImGuiCol_HeaderHovered, p.control_hot);
  set(ImGuiCol_HeaderActive, p.track);
  set(ImGuiCol_TextSelectedBg, with_opacity(p.accent, 0.35f));
  set(ImGuiCol_NavHighlight, p.accent);
  set(ImGuiCol_ModalWindowDimBg, with_opacity(p.background, 0.6f));  // drawn last: no panel can push its own
  ImGui::GetStyle() = style;
}

}  // namespace

const Palette& palette() { return kDark; }
const Fonts& fonts() { return g_fonts; }
float ui_scale() { return g_scale; }

ImU32 with_opacity(ImU32 colour, float opacity) {
  const auto alpha =
      static_cast<float>((colour >> IM_COL32_A_SHIFT) & 255u) * std::clamp(opacity, 0.0f, 1.0f);
  return (colour & ~IM_COL32_A_MASK) | (static_cast<ImU32>(alpha + 0.5f) << IM_COL32_A_SHIFT);
}

ImU32 mixed(ImU32 a, ImU32 b, float share) {
  ImU32 result = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    const auto x = static_cast<float>((a >> shift) & 255u);
    const auto y = static_cast<float>((b >> shift) & 255u);
    result |= static_cast<ImU32>(x + (y - x) * std::clamp(share, 0.0f, 1.0f) + 0.5f) << shift;
  }
  return result;
}

void apply_theme(float scale) {
  g_scale = std::clamp(scale, 0.5f, 4.0f);
  apply_style(g_scale);
  g_fonts = build_fonts(g_scale);
  ImGui::GetIO().FontDefault = g_fonts.body;
}

}  // namespace gramscope::app
