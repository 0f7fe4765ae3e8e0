#include "app/views/orbit_scene.h"

#include <algorithm>
#include <cmath>

namespace gramscope::app {
namespace {

/// How much larger the nearest point is drawn than the centre.
constexpr float kPerspective = 0.18f;
/// The sphere's share of the rectangle's shorter half; the rest is for markers and labels.
constexpr float kFill = 0.88f;

}  // namespace

OrbitScene::OrbitScene(const Camera& camera, const Rect& rect, float radius)
    : centre_{(rect.min.x + rect.max.x) / 2 + camera.pan_x, (rect.min.y + rect.max.y) / 2 + camera.pan_y},
      radius_(radius),
      pixels_(camera.zoom * kFill * std::min(rect.width(), rect.height()) / 2 / radius),
      cos_azimuth_(std::cos(camera.azimuth)),
      sin_azimuth_(std::sin(camera.azimuth)),
      cos_elevation_(std::cos(camera.elevation)),
      sin_elevation_(std::sin(camera.elevation)) {}

Seen OrbitScene::see(float x, float y, float z) const {
  const float right = cos_azimuth_ * x - sin_azimuth_ * y;
  const float away = sin_azimuth_ * x + cos_azimuth_ * y;
  const float up = cos_elevation_ * z + sin_elevation_ * away;
  const float near = (sin_elevation_ * z - cos_elevation_ * away) / radius_;
  // Beyond the sphere (while the radius settles) perspective stays finite.
  const float scale = 1.0f / (1.0f - kPerspective * std::clamp(near, -1.5f, 1.5f));
  return {{centre_.x + right * pixels_ * scale, centre_.y - up * pixels_ * scale},
          std::clamp((near + 1) / 2, 0.0f, 1.0f),
          scale};
}

float SettledRadius::follow(float radius, std::int64_t run, float seconds) {
  constexpr float kSmallest = 1e-12f;
  constexpr float kSettling = 0.35f;  // seconds to come within 1/e
  radius = std::max(radius, kSmallest);
  if (run != run_ || settled_ <= 0.0f) {
    run_ = run;
    settled_ = radius;
    return settled_;
  }
  // In the logarithm, for early in a run embeddings grow by orders of magnitude; the further behind, the faster, so that points
  // do not stay out of sight.
  const float behind = std::log(radius) - std::log(settled_);
  const float share = 1.0f - std::exp(-std::max(seconds, 0.0f) * (1.0f + 0.5f * std::abs(behind)) / kSettling);
  settled_ = std::exp(std::log(settled_) + share * behind);
  return settled_;
}

}  // namespace gramscope::app
