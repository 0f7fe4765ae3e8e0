#pragma once

#include <imgui.h>

#include <string>
#include <utility>
#include <vector>

#include "app/gl/point_cloud.h"
#include "core/tasks/task.h"

namespace gramscope::app {

/// How the points of one class look.
struct ClassStyle {
  ImU32 colour = 0;
  Marker marker = Marker::circle;
};

/// Contexts divided into classes: by the values of a factor, or by label.
struct PointClasses {
  std::string name;                ///< of the factor; "label"; empty where there is one class only
  std::vector<std::string> names;  ///< of the classes; empty where they are not worth a legend
  std::vector<int> of_context;     ///< m
  std::vector<ClassStyle> styles;  ///< by class, no two alike as far as colours and markers last

  const ClassStyle& style_of(Index context) const {
    return styles[static_cast<std::size_t>(of_context[static_cast<std::size_t>(context)])];
  }
};

/// By the values of that factor; for -1, or out of range, by label in one-hot tasks, else all in one class.
/// A class named after a colour or a shape looks like it ("red", "star"): a legend should not have to be
/// unlearned.
PointClasses classify(const Task& task, int factor);

/// Pairs of contexts that differ in exactly one factor, first < second. Empty without factors.
std::vector<std::pair<Index, Index>> neighbours_by_factor(const Task& task);

}  // namespace gramscope::app
