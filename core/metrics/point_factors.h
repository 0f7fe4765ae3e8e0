#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/metrics/class_means.h"

namespace gramscope {

/// A latent factor as the points of the semantic metrics have it (math.md section 4): class means where contexts share
/// labels, else contexts.
struct PointFactor {
  std::string name;
  std::vector<Index> value;    ///< n: 0 ... values - 1, each of which some point has
  Index values = 0;
  std::vector<double> points;  ///< of each value: how many have it
  std::string undefined;       ///< why the points have no value of it: contexts of one label differ; then the rest is empty

  bool is_defined() const { return undefined.empty(); }
  /// Why pairs that share a value cannot be compared with others, as in "all classes share one value"; empty where they can.
  /// `points_name` is what to call the points.
  std::string no_pairs(const std::string& points_name) const;
};

/// Of every factor of the task, in its order.
std::vector<PointFactor> point_factors(const Task& task, std::span<const Index> class_of,
                                       std::span<const Index> first_context);

}  // namespace gramscope
