#include "app/commands/spherical_code_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/ui/format.h"
#include "core/linalg/gram.h"

namespace gramscope::app {

namespace {

/// What two computations of the same cosine may differ by.
constexpr double kRounding = 1e-9;

std::string line(const char* label, double cosine, const std::string& remark) {
  const double degrees = std::acos(std::clamp(cosine, -1.0, 1.0)) * 180.0 / std::numbers::pi;
  return fmt::format("  {:<9}{:>11.8f}  {:>8.4f}°  {}\n", label, cosine, degrees, remark);
}

}  // namespace

nlohmann::ordered_json spherical_code_json(const SphericalCodeReport& report) {
  const auto& code = report.code;
  return {{"points", code.points.cols()},
          {"dimension", code.points.rows()},
          {"largest_cosine", code.largest_cosine},
          {"bound", code.bound.cosine},
          {"bound_name", code.bound.name},
          {"bound_attained", code.bound.is_attained},
          {"gap", code.gap()},
          {"seconds", report.seconds}};
}

std::string spherical_code_text(const SphericalCodeReport& report) {
  const auto& code = report.code;
  const Index points = code.points.cols();
  const Index dimension = code.points.rows();
  std::string text = fmt::format("{} directions in {}\nlargest cosine between two of them, and their angle\n",
                                 format_count(points),
                                 dimension == 1 ? "1 dimension" : format_count(dimension) + " dimensions");
  text += line("found", code.largest_cosine,
               code.gap() <= kRounding ? "no arrangement is better"
                                       : fmt::format("{:.2e} above the bound; in {:.2f} s", code.gap(), report.seconds));
  text += line("bound", code.bound.cosine, fmt::format("none is below it ({})", code.bound.name));
  text += line("simplex", -1.0 / static_cast<double>(points - 1),
               points <= dimension + 1 ? "there is room for it"
                                       : fmt::format("needs {} dimensions", format_count(points - 1)));
  return text;
}

std::vector<NamedArray> spherical_code_arrays(const SphericalCodeReport& report) {
  return {{"directions", matrix_array(report.code.points)}, {"cosines", matrix_array(cosine_gram(report.code.points))}};
}

}  // namespace gramscope::app
