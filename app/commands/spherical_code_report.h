#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/io/npz.h"
#include "core/theory/spherical_code.h"

namespace gramscope::app {

/// How far apart K directions can be in d dimensions (math.md section 5), and what it took to find out.
struct SphericalCodeReport {
  SphericalCode code;
  double seconds = 0.0;
};

/// {points, dimension, largest_cosine, bound, bound_name, bound_attained, gap, seconds}
nlohmann::ordered_json spherical_code_json(const SphericalCodeReport& report);
/// The same for readers, beside the simplex that more dimensions would have room for.
std::string spherical_code_text(const SphericalCodeReport& report);
/// The arrangement as `directions` (d×K, of length 1) and its `cosines` (K×K).
std::vector<NamedArray> spherical_code_arrays(const SphericalCodeReport& report);

}  // namespace gramscope::app
