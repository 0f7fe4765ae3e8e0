#include "app/views/projection_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

/// Links between neighbours are drawn up to this many contexts.
constexpr Index kMostLinked = 125;

float marker_radius(Index contexts) {
  if (contexts <= 64) return 5.6f * ui_scale();
  if (contexts <= 256) return 4.4f * ui_scale();
  return 3.0f * ui_scale();
}

Point point_of(const ProjectionFrame& frame, const Selection& selection, Index context) {
  const Seen& seen = frame.of(context);
  const ClassStyle& style = frame.classes.style_of(context);
  Point point;
  point.position = seen.at;
  point.radius = marker_radius(frame.task().contexts) * seen.scale;
  // Distance as haze: far points fade into the ground.
  point.colour = mixed(palette().background, style.colour, 0.45f + 0.55f * seen.nearness);
  point.marker = style.marker;
  if (is_selected(selection, context) || is_pointed_at(selection, context)) {
    point.radius *= 1.3f;
    point.colour = style.colour;
    point.ring = (is_selected(selection, context) ? 2.0f : 1.4f) * ui_scale();
    point.ring_colour = is_selected(selection, context) ? palette().accent : palette().text;
  }
  return point;
}

}  // namespace

Rect ProjectionFrame::marker_rect(Index context) const {
  const ImVec2 at = of(context).at;
  const float r = marker_radius(task().contexts) * of(context).scale;
  return {{at.x - r, at.y - r}, {at.x + r, at.y + r}};
}

ProjectionFrame look(const Snapshot& snapshot, const PointClasses& classes, const OrbitScene& scene) {
  ProjectionFrame frame{snapshot, classes, {}, {}};
  const auto& points = snapshot.projection;
  for (Index j = 0; j < points.cols(); ++j)
    frame.seen.push_back(scene.see(points(0, j), points(1, j), points(2, j)));
  frame.by_depth.resize(frame.seen.size());
  std::iota(frame.by_depth.begin(), frame.by_depth.end(), Index{0});
  std::stable_sort(frame.by_depth.begin(), frame.by_depth.end(),
                   [&](Index a, Index b) { return frame.of(a).nearness < frame.of(b).nearness; });
  return frame;
}

bool is_flat(const Snapshot& snapshot) {
  const float height = snapshot.projection.row(2).cwiseAbs().maxCoeff();
  return static_cast<double>(height) <= 1e-4 * snapshot.projection_radius;
}

bool is_selected(const Selection& selection, Index context) {
  return selection.context_a == context || selection.context_b == context;
}

bool is_pointed_at(const Selection& selection, Index context) {
  return selection.hovered_a == context || selection.hovered_b == context;
}

void add_reference(const OrbitScene& scene, std::vector<Segment>& segments) {
  constexpr int kSides = 96;
  const float r = scene.radius();
  const auto colour = [](const Seen& seen) {
    return with_opacity(palette().text_muted, 0.10f + 0.32f * seen.nearness);
  };
  const auto on_ring = [&](int i) {
    const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / kSides;
    return scene.see(r * std::cos(angle), r * std::sin(angle), 0);
  };
  Seen last = on_ring(0);
  for (int i = 1; i <= kSides; ++i) {
    const Seen next = on_ring(i);
    segments.push_back({last.at, next.at, ui_scale(), colour(last), colour(next)});
    last = next;
  }
  const float tick = 0.06f * r;
  const std::array<std::array<float, 3>, 3> axes{{{tick, 0, 0}, {0, tick, 0}, {0, 0, tick}}};
  for (const auto& axis : axes) {
    const Seen a = scene.see(-axis[0], -axis[1], -axis[2]);
    const Seen b = scene.see(axis[0], axis[1], axis[2]);
    segments.push_back({a.at, b.at, ui_scale(), colour(a), colour(b)});
  }
}

void add_links(const ProjectionFrame& frame, const Selection& selection, std::vector<Segment>& segments) {
  if (frame.task().contexts <= kMostLinked) {
    // The more links there are, the fainter each: what is to be seen is the lattice, not the lines.
    const auto links = neighbours_by_factor(frame.task());
    const float strength = 0.26f * std::min(1.0f, std::sqrt(100.0f / static_cast<float>(links.size() + 1)));
    for (const auto& [a, b] : links) {
      const bool is_pointed = is_pointed_at(selection, a) || is_pointed_at(selection, b);
      const auto colour = [&](const Seen& seen) {
        const float opacity = is_pointed ? 0.55f : strength;
        return with_opacity(palette().text, opacity * (0.35f + 0.65f * seen.nearness));
      };
      const Seen& from = frame.of(a);
      const Seen& to = frame.of(b);
      segments.push_back({from.at, to.at, ui_scale(), colour(from), colour(to)});
    }
  }
  const auto count = static_cast<Index>(frame.seen.size());
  if (!selection.context_a || !selection.context_b) return;
  if (*selection.context_a >= count || *selection.context_b >= count) return;
  segments.push_back({frame.of(*selection.context_a).at, frame.of(*selection.context_b).at, 1.5f * ui_scale(),
                      palette().accent, palette().accent});
}

void add_points(const ProjectionFrame& frame, const Selection& selection, std::vector<Point>& points) {
  for (const Index context : frame.by_depth) points.push_back(point_of(frame, selection, context));
}

}  // namespace gramscope::app
