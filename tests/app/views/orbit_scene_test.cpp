#include "app/views/orbit_scene.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gramscope::app;

TEST_CASE("OrbitScene: the sphere stays inside the rectangle from every side") {
  const Rect rect{{100, 50}, {500, 350}};
  for (float azimuth = 0; azimuth < 6.3f; azimuth += 0.4f) {
    for (float elevation = -1.5f; elevation <= 1.5f; elevation += 0.3f) {
      const OrbitScene scene({azimuth, elevation, 1, 0, 0}, rect, 2.5f);
      for (int i = 0; i < 200; ++i) {
        // Fibonacci's sphere.
        const float z = 1 - (2 * i + 1) / 200.0f;
        const float r = std::sqrt(1 - z * z);
        const float phi = i * 2.39996f;
        const Seen seen = scene.see(2.5f * r * std::cos(phi), 2.5f * r * std::sin(phi), 2.5f * z);
        CHECK(rect.contains(seen.at));
        CHECK(seen.nearness >= 0.0f);
        CHECK(seen.nearness <= 1.0f);
      }
    }
  }
}

TEST_CASE("OrbitScene: the origin is in the middle, up is up, and near is larger") {
  const Rect rect{{0, 0}, {200, 200}};
  const OrbitScene level({0, 0, 1, 0, 0}, rect, 1);
  CHECK(level.see(0, 0, 0).at.x == doctest::Approx(100));
  CHECK(level.see(0, 0, 0).at.y == doctest::Approx(100));
  CHECK(level.see(0, 0, 0.5f).at.y < 100);
  CHECK(level.see(0.5f, 0, 0).at.x > 100);
  CHECK(level.see(0, -0.5f, 0).scale > level.see(0, 0.5f, 0).scale);
  CHECK(level.see(0, -0.5f, 0).nearness > level.see(0, 0.5f, 0).nearness);
  // Seen from above, what is up is near.
  const OrbitScene above({0, 1.5f, 1, 0, 0}, rect, 1);
  CHECK(above.see(0, 0, 0.5f).nearness > 0.7f);
}

TEST_CASE(
    "SettledRadius: starts where the data is, follows without overshooting, starts afresh with a new run") {
  SettledRadius settled;
  CHECK(settled.follow(2.0f, 0, 0.016f) == doctest::Approx(2.0));
  float last = 2.0f;
  for (int frame = 0; frame < 200; ++frame) {
    const float now = settled.follow(10.0f, 0, 0.016f);
    CHECK(now >= last);
    CHECK(now <= 10.001f);
    CHECK(now / last < 1.2f);
    last = now;
  }
  CHECK(last == doctest::Approx(10.0).epsilon(0.01));
  CHECK(settled.follow(0.01f, 1, 0.016f) == doctest::Approx(0.01));
  CHECK(settled.follow(0.0f, 2, 0.016f) > 0.0f);
}
