#pragma once

#include <limits>

namespace gramscope {

/// What a quantity is where its definition says nothing: of no points, of points that coincide, of a zero
/// matrix.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace gramscope
