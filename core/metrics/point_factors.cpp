#include "core/metrics/point_factors.h"

#include <algorithm>

namespace gramscope {

namespace {

PointFactor point_factor(const Factor& factor, std::span<const Index> class_of, std::span<const Index> first_context) {
  PointFactor result;
  result.name = factor.name;
  const auto value_of = [&](Index context) { return factor.value[static_cast<std::size_t>(context)]; };
  for (std::size_t j = 0; j < class_of.size(); ++j) {
    if (value_of(static_cast<Index>(j)) == value_of(first_context[static_cast<std::size_t>(class_of[j])])) continue;
    result.undefined = "contexts of one label differ in " + factor.name + ": leave the labels out to compare contexts";
    return result;
  }
  std::vector<int> distinct;
  for (const Index j : first_context) distinct.push_back(value_of(j));
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  result.values = static_cast<Index>(distinct.size());
  result.points.assign(distinct.size(), 0.0);
  for (const Index j : first_context) {
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), value_of(j)) - distinct.begin();
    result.value.push_back(at);
    result.points[static_cast<std::size_t>(at)] += 1.0;
  }
  return result;
}

}  // namespace

std::string PointFactor::no_pairs(const std::string& points_name) const {
  if (value.size() < 2) return "there are no two " + points_name;
  if (static_cast<std::size_t>(values) == value.size()) return "no two " + points_name + " share a value";
  if (values == 1) return "all " + points_name + " share one value";
  return {};
}

std::vector<PointFactor> point_factors(const Task& task, std::span<const Index> class_of,
                                       std::span<const Index> first_context) {
  std::vector<PointFactor> factors;
  for (const auto& factor : task.factors) factors.push_back(point_factor(factor, class_of, first_context));
  return factors;
}

}  // namespace gramscope
