#pragma once

#include <imgui.h>

#include <array>

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// How far the camera goes: up and down, in radians from the horizon, and out and in.
inline constexpr float kSteepest = 1.5f;
inline constexpr float kLeastZoom = 0.2f;
inline constexpr float kMostZoom = 20.0f;

/// A point of space as it is seen.
struct Seen {
  ImVec2 at;              ///< window coordinates
  float nearness = 0.5f;  ///< 0 at the far side of the scene's sphere, 1 at the near side
  float scale = 1.0f;     ///< of lengths at that depth, 1 at the centre
};

/// Space as an orbit camera shows it: a sphere of `radius` about the origin fills a rectangle, the third
/// coordinate points up, and what is near is drawn a little larger.
class OrbitScene {
 public:
  OrbitScene(const Camera& camera, const Rect& rect, float radius);

  Seen see(float x, float y, float z) const;
  float radius() const { return radius_; }

 private:
  ImVec2 centre_;
  float radius_;
  float pixels_;  ///< per unit of length, at the centre
  float cos_azimuth_;
  float sin_azimuth_;
  float cos_elevation_;
  float sin_elevation_;
};

/// The radius a scene is drawn for: follows the data's own smoothly, so that the picture neither jumps nor
/// breathes with every frame, but starts afresh with another run.
class SettledRadius {
 public:
  /// `run` tells runs apart. Gives the radius to draw with, > 0.
  float follow(float radius, std::int64_t run, float seconds);

 private:
  float settled_ = 0.0f;
  std::int64_t run_ = -1;
};

}  // namespace gramscope::app
