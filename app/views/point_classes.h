#pragma once

#include <imgui.h>

#include <string>
#include <utility>
#include <vector>

#include "app/context_groups.h"
#include "app/gl/point_cloud.h"
#include "core/tasks/task.h"

namespace gramscope::app {

/// How the points of one class look.
struct ClassStyle {
  ImU32 colour = 0;
  Marker marker = Marker::circle;
};

/// Contexts divided into classes that look different.
struct PointClasses {
  std::vector<std::string> names;  ///< of the classes; empty where they are not worth a legend
  std::vector<int> of_context;     ///< m
  std::vector<ClassStyle> styles;  ///< by class, no two alike as far as colours and markers last

  const ClassStyle& style_of(Index context) const {
    return styles[static_cast<std::size_t>(of_context[static_cast<std::size_t>(context)])];
  }
};

/// A class for every group; of many groups only the largest have one of their own, and the rest is "others". A class
/// named after a colour or a shape looks like it ("red", "star"): a legend should not have to be unlearned. Groups of
/// one context each have no legend: the labels beside the points say it all.
PointClasses classify(const Task& task, const Grouping& grouping);

/// Pairs of contexts that differ in exactly one factor, first < second. Empty without factors.
std::vector<std::pair<Index, Index>> neighbours_by_factor(const Task& task);

}  // namespace gramscope::app
