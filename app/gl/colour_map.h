#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace gramscope::app {

/// An opaque colour as ImGui and RGBA8 textures store it: red in the lowest byte, alpha in the highest.
using Colour = std::uint32_t;

/// What lies behind the picture, and is therefore the colour of "nothing".
enum class Ground { dark, light };

/// A map from [-1, 1] to colours: blue below zero, red to orange above, the ground's own colour at zero.
///
/// Built in OKLab: each arm is a curve from the ground's colour through a saturated middle to a pale (dark
/// ground) or deep (light ground) end, with lightness the same function of |value| on both arms, and sampled
/// at equal arc lengths. Equal differences of value are therefore equal differences of colour as seen,
/// whichever the sign.
class ColourMap {
 public:
  /// Odd, so that zero has an entry of its own.
  static constexpr int kEntries = 513;

  explicit ColourMap(Ground ground);

  /// The entry nearest to `value`, which is clamped to [-1, 1]; NaN gives undefined_colour().
  Colour at(float value) const;
  /// Shown where there is no value: neutral, in neither arm.
  Colour undefined_colour() const { return undefined_; }
  std::span<const Colour, kEntries> entries() const { return entries_; }

 private:
  std::array<Colour, kEntries> entries_{};
  Colour undefined_ = 0;
};

/// The map of the theme in force.
const ColourMap& diverging_map(Ground ground = Ground::dark);

/// A colour as OKLab (Ottosson 2020): lightness 0 to 1, then the green-red and blue-yellow axes.
std::array<double, 3> oklab_of(Colour colour);

}  // namespace gramscope::app
