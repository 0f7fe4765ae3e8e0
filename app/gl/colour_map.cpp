#include "app/gl/colour_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace gramscope::app {
namespace {

using Triple = std::array<double, 3>;

double gamma_encode(double linear) {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1.0 / 2.4) - 0.055;
}
double gamma_decode(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

/// OKLab to linear sRGB, not clipped to the gamut.
Triple linear_rgb_of(const Triple& lab) {
  const double l = std::pow(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2], 3);
  const double m = std::pow(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2], 3);
  const double s = std::pow(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2], 3);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

Colour pack(const Triple& lab) {
  const Triple rgb = linear_rgb_of(lab);
  Colour colour = 0xff000000u;
  for (int c = 0; c < 3; ++c) {
    const double encoded = std::clamp(gamma_encode(std::clamp(rgb[c], 0.0, 1.0)), 0.0, 1.0);
    colour |= static_cast<Colour>(std::lround(encoded * 255.0)) << (8 * c);
  }
  return colour;
}

struct Knot {
  double lightness;
  double chroma;
  double hue_degrees;
};

Triple lab_of(const Knot& knot) {
  const double hue = knot.hue_degrees * std::numbers::pi / 180.0;
  return {knot.lightness, knot.chroma * std::cos(hue), knot.chroma * std::sin(hue)};
}

/// A quadratic Bézier curve: the ends are reached, the middle pulls.
Triple bezier(const std::array<Triple, 3>& knots, double t) {
  Triple point{};
  for (int c = 0; c < 3; ++c)
    point[c] = (1 - t) * (1 - t) * knots[0][c] + 2 * t * (1 - t) * knots[1][c] + t * t * knots[2][c];
  return point;
}

double distance(const Triple& a, const Triple& b) {
  return std::sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                   (a[2] - b[2]) * (a[2] - b[2]));
}

/// `count` colours from the first knot to the last at equal arc lengths.
std::vector<Colour> sample_evenly(const std::array<Triple, 3>& knots, int count) {
  constexpr int kFine = 4096;
  std::vector<double> length(kFine + 1, 0.0);
  for (int i = 1; i <= kFine; ++i)
    length[i] = length[i - 1] + distance(bezier(knots, (i - 1.0) / kFine), bezier(knots, double(i) / kFine));
  std::vector<Colour> colours(count);
  int fine = 0;
  for (int i = 0; i < count; ++i) {
    const double wanted = length[kFine] * i / (count - 1);
    while (fine < kFine && length[fine] < wanted) ++fine;
    colours[i] = pack(bezier(knots, double(fine) / kFine));
  }
  return colours;
}

}  // namespace

ColourMap::ColourMap(Ground ground) {
  constexpr int kArm = kEntries / 2;
  const bool is_dark = ground == Ground::dark;
  const Knot zero = is_dark ? Knot{0.215, 0.006, 265} : Knot{0.985, 0.002, 265};
  const double middle = is_dark ? 0.52 : 0.78;
  const double end = is_dark ? 0.86 : 0.36;
  const Knot warm_middle{middle, is_dark ? 0.265 : 0.20, 33};
  const Knot warm_end{end, is_dark ? 0.085 : 0.135, is_dark ? 45.0 : 28.0};
  const Knot cold_middle{middle, is_dark ? 0.235 : 0.17, 257};
  const Knot cold_end{end, is_dark ? 0.085 : 0.135, is_dark ? 245.0 : 262.0};

  const auto warm = sample_evenly({lab_of(zero), lab_of(warm_middle), lab_of(warm_end)}, kArm + 1);
  const auto cold = sample_evenly({lab_of(zero), lab_of(cold_middle), lab_of(cold_end)}, kArm + 1);
  for (int i = 0; i <= kArm; ++i) {
    entries_[kArm + i] = warm[i];
    entries_[kArm - i] = cold[i];
  }
  undefined_ = pack(is_dark ? Triple{0.32, 0.0, 0.0} : Triple{0.88, 0.0, 0.0});
}

Colour ColourMap::at(float value) const {
  if (std::isnan(value)) return undefined_;
  const float t = (std::clamp(value, -1.0f, 1.0f) + 1.0f) / 2.0f;
  return entries_[static_cast<std::size_t>(std::lround(t * (kEntries - 1)))];
}

const ColourMap& diverging_map(Ground ground) {
  static const ColourMap dark(Ground::dark);
  static const ColourMap light(Ground::light);
  return ground == Ground::dark ? dark : light;
}

std::array<double, 3> oklab_of(Colour colour) {
  Triple rgb{};
  for (int c = 0; c < 3; ++c) rgb[c] = gamma_decode(static_cast<double>((colour >> (8 * c)) & 0xffu) / 255.0);
  const double l = std::cbrt(0.4122214708 * rgb[0] + 0.5363325363 * rgb[1] + 0.0514459929 * rgb[2]);
  const double m = std::cbrt(0.2119034982 * rgb[0] + 0.6806995451 * rgb[1] + 0.1073969566 * rgb[2]);
  const double s = std::cbrt(0.0883024619 * rgb[0] + 0.2817188376 * rgb[1] + 0.6299787005 * rgb[2]);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

}  // namespace gramscope::app
