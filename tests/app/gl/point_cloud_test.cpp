#include "app/gl/point_cloud.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "tests/app/gl/stage.h"

using namespace gramscope::app;

TEST_CASE("PointCloud: every marker covers about the circle's area, none leaves its neighbourhood") {
  const auto canvas = canvas_if_display(64, 64);
  if (!canvas) return;
  constexpr float kRadius = 14.0f;
  const double circle = std::numbers::pi * kRadius * kRadius;
  PointCloud cloud;
  for (int marker = 0; marker < kMarkers; ++marker) {
    cloud.clear();
    cloud.points.push_back({{32, 32}, kRadius, 0xffffffff, static_cast<Marker>(marker), 0, 0});
    canvas->begin(0xff000000);
    cloud.draw(whole(*canvas), {0, 0}, {64, 64}, 0xff000000);
    const Image image = canvas->read();
    double area = 0.0;
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x) {
        const double cover = (pixel(image, x, y) & 255u) / 255.0;
        area += cover;
        if (cover > 0.5) CHECK(std::hypot(x - 31.5, y - 31.5) < 1.5 * kRadius);
      }
    }
    CAPTURE(marker);
    CHECK(area > 0.72 * circle);
    CHECK(area < 1.15 * circle);
    CHECK((pixel(image, 32, 32) & 255u) > 250u);
  }
}

TEST_CASE("PointCloud: a triangle points up, its mirror image down") {
  const auto canvas = canvas_if_display(64, 64);
  if (!canvas) return;
  const auto half_heights = [&](Marker marker) {
    PointCloud cloud;
    cloud.points.push_back({{32, 32}, 14, 0xffffffff, marker, 0, 0});
    canvas->begin(0xff000000);
    cloud.draw(whole(*canvas), {0, 0}, {64, 64}, 0xff000000);
    const Image image = canvas->read();
    double upper = 0;
    double lower = 0;
    for (int x = 0; x < 64; ++x) {
      for (int k = 4; k < 10; ++k) {
        upper += pixel(image, x, 31 - k) & 255u;
        lower += pixel(image, x, 32 + k) & 255u;
      }
    }
    return std::pair{upper, lower};
  };
  const auto [up_above, up_below] = half_heights(Marker::triangle_up);
  const auto [down_above, down_below] = half_heights(Marker::triangle_down);
  CHECK(up_below > 1.5 * up_above);
  CHECK(down_above == doctest::Approx(up_below).epsilon(0.05));
  CHECK(down_below == doctest::Approx(up_above).epsilon(0.05));
}

TEST_CASE("PointCloud: what lies outside the rectangle is cut off, later points lie on top") {
  const auto canvas = canvas_if_display(40, 40);
  if (!canvas) return;
  PointCloud cloud;
  cloud.segments.push_back({{0, 20}, {40, 20}, 3, 0xff00ff00, 0xff00ff00});
  cloud.points.push_back({{20, 20}, 8, 0xff0000ff, Marker::circle, 0, 0});
  cloud.points.push_back({{20, 20}, 4, 0xffff0000, Marker::circle, 0, 0});
  canvas->begin(0xff000000);
  cloud.draw(whole(*canvas), {5, 10}, {35, 30}, 0xff000000);
  const Image image = canvas->read();
  CHECK(pixel(image, 20, 20) == 0xffff0000u);
  CHECK(pixel(image, 26, 20) == 0xff0000ffu);
  CHECK(pixel(image, 8, 20) == 0xff00ff00u);
  CHECK(pixel(image, 3, 20) == 0xff000000u);
  CHECK(pixel(image, 37, 20) == 0xff000000u);
}
