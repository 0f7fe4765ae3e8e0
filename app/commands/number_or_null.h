#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

namespace gramscope::app {

/// JSON has no NaN and no infinities: null stands for them.
inline nlohmann::ordered_json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace gramscope::app
