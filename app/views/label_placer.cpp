#include "app/views/label_placer.h"

namespace gramscope::app {
namespace {

bool overlap(const Rect& a, const Rect& b) {
  return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

ImVec2 corner(const Rect& own, ImVec2 size, float gap, int place) {
  const float middle_x = (own.min.x + own.max.x) / 2;
  const float middle_y = (own.min.y + own.max.y) / 2;
  switch (place) {
    case 0:
      return {own.max.x + gap, middle_y - size.y / 2};
    case 1:
      return {own.min.x - gap - size.x, middle_y - size.y / 2};
    case 2:
      return {middle_x - size.x / 2, own.min.y - gap / 2 - size.y};
    default:
      return {middle_x - size.x / 2, own.max.y + gap / 2};
  }
}

}  // namespace

bool LabelPlacer::is_free(const Rect& rect) const {
  if (rect.min.x < bounds_.min.x || rect.max.x > bounds_.max.x || rect.min.y < bounds_.min.y ||
      rect.max.y > bounds_.max.y)
    return false;
  for (const auto& blocked : blocked_)
    if (overlap(rect, blocked)) return false;
  return true;
}

std::optional<ImVec2> LabelPlacer::place(const Rect& own, ImVec2 size, float gap, int& preferred) {
  for (int i = 0; i < kPlaces; ++i) {
    const int candidate = (preferred + i) % kPlaces;
    const ImVec2 at = corner(own, size, gap, candidate);
    const Rect rect{at, {at.x + size.x, at.y + size.y}};
    if (!is_free(rect)) continue;
    preferred = candidate;
    block(rect);
    return at;
  }
  return std::nullopt;
}

}  // namespace gramscope::app
