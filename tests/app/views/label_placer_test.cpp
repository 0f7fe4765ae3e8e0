#include "app/views/label_placer.h"

#include <doctest/doctest.h>

using namespace gramscope::app;

namespace {

bool overlap(const Rect& a, const Rect& b) {
  return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

}  // namespace

TEST_CASE("LabelPlacer: labels overlap neither each other nor what is blocked, and stay inside") {
  const Rect bounds{{0, 0}, {300, 200}};
  LabelPlacer placer(bounds);
  std::vector<Rect> taken;
  std::vector<Rect> points;
  for (int i = 0; i < 40; ++i) {
    const float x = static_cast<float>((i * 73) % 300);
    const float y = static_cast<float>((i * 41) % 200);
    points.push_back({{x - 4, y - 4}, {x + 4, y + 4}});
    placer.block(points.back());
  }
  int placed = 0;
  for (const auto& own : points) {
    int preferred = 0;
    const auto at = placer.place(own, {40, 12}, 3, preferred);
    if (!at) continue;
    ++placed;
    const Rect label{*at, {at->x + 40, at->y + 12}};
    CHECK(label.min.x >= 0);
    CHECK(label.max.x <= 300);
    CHECK(label.min.y >= 0);
    CHECK(label.max.y <= 200);
    for (const auto& other : taken) CHECK_FALSE(overlap(label, other));
    for (const auto& point : points) CHECK_FALSE(overlap(label, point));
    taken.push_back(label);
  }
  CHECK(placed >= 10);
}

TEST_CASE("LabelPlacer: a label stays on the side where it stood as long as that is free") {
  const Rect own{{50, 50}, {58, 58}};
  int preferred = 2;
  LabelPlacer first({{0, 0}, {200, 200}});
  const auto above = first.place(own, {30, 10}, 4, preferred);
  REQUIRE(above);
  CHECK(preferred == 2);
  CHECK(above->y + 10 <= 50);
  // Taken: another side, which is then the one to stay on.
  LabelPlacer second({{0, 0}, {200, 200}});
  second.block({{40, 30}, {70, 49}});
  REQUIRE(second.place(own, {30, 10}, 4, preferred));
  CHECK(preferred != 2);
}
