#pragma once

#include <string>
#include <vector>

#include "app/gl/point_cloud.h"
#include "app/observatory.h"
#include "app/views/orbit_scene.h"
#include "app/views/point_classes.h"

namespace gramscope::app {

/// A snapshot's points as the camera sees them in this frame.
struct ProjectionFrame {
  const Snapshot& snapshot;
  const PointClasses& classes;
  std::vector<Seen> seen;       ///< by context
  std::vector<Index> by_depth;  ///< contexts, far to near

  const Task& task() const { return snapshot.task(); }
  const Seen& of(Index context) const { return seen[static_cast<std::size_t>(context)]; }
  /// The rectangle of a context's marker.
  Rect marker_rect(Index context) const;
};

ProjectionFrame look(const Snapshot& snapshot, const PointClasses& classes, const OrbitScene& scene);

/// Whether all points lie in one plane, as they must where H has only two directions.
bool is_flat(const Snapshot& snapshot);

bool is_selected(const Selection& selection, Index context);
bool is_pointed_at(const Selection& selection, Index context);

/// A horizontal circle as large as the cloud and a small cross at its middle: they show which way one looks.
void add_reference(const OrbitScene& scene, std::vector<Segment>& segments);

/// Thin lines between contexts that differ in exactly one factor, brighter from those pointed at, none where
/// there are so many that they would hide what they explain; and a line between two selected contexts.
void add_links(const ProjectionFrame& frame, const Selection& selection, std::vector<Segment>& segments);

/// A marker for every context, far to near; those pointed at and selected are larger and ringed.
void add_points(const ProjectionFrame& frame, const Selection& selection, std::vector<Point>& points);

}  // namespace gramscope::app
