#pragma once

#include <imgui.h>

#include <span>
#include <vector>

#include "app/gl/canvas.h"
#include "app/gl/objects.h"
#include "app/gl/shader_program.h"

namespace gramscope::app {

enum class Marker { circle, square, triangle_up, diamond, star, cross, triangle_down, hexagon };
inline constexpr int kMarkers = 8;

/// A marker on the screen, in window coordinates.
struct Point {
  ImVec2 position;
  float radius = 6.0f;
  ImU32 colour = 0;
  Marker marker = Marker::circle;
  /// Width of a ring around the marker, 0 for none.
  float ring = 0.0f;
  ImU32 ring_colour = 0;
};

/// A straight line on the screen, in window coordinates.
struct Segment {
  ImVec2 a;
  ImVec2 b;
  float width = 1.0f;
  ImU32 colour_a = 0;
  ImU32 colour_b = 0;
};

/// Markers and thin lines, anti-aliased in the fragment shader: two draw calls, lines first. Later points lie
/// on top of earlier ones, so the caller sorts by depth.
class PointCloud {
 public:
  std::vector<Segment> segments;
  std::vector<Point> points;

  void clear() {
    segments.clear();
    points.clear();
  }

  /// Draws what is in `segments` and `points` now, cut off at the rectangle. `outline` is drawn around every
  /// marker.
  void draw(const Canvas& canvas, ImVec2 min, ImVec2 max, ImU32 outline);

 private:
  void draw_segments(const Canvas& canvas);
  void draw_points(const Canvas& canvas, ImU32 outline);

  ShaderProgram point_program_{"points.vert", "points.frag"};
  ShaderProgram segment_program_{"segments.vert", "segments.frag"};
  VertexArray point_array_;
  VertexArray segment_array_;
  Buffer point_buffer_;
  Buffer segment_buffer_;
};

}  // namespace gramscope::app
