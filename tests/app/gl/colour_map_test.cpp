#include "app/gl/colour_map.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace gramscope::app;

namespace {

double difference(Colour a, Colour b) {
  const auto p = oklab_of(a);
  const auto q = oklab_of(b);
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

int channel(Colour colour, int c) { return static_cast<int>((colour >> (8 * c)) & 0xffu); }

}  // namespace

TEST_CASE("oklab_of: known colours") {
  // Ottosson's conversion of sRGB white, black and pure red.
  CHECK(oklab_of(0xffffffff)[0] == doctest::Approx(1.0).epsilon(1e-4));
  CHECK(oklab_of(0xff000000)[0] == doctest::Approx(0.0));
  const auto red = oklab_of(0xff0000ff);
  CHECK(red[0] == doctest::Approx(0.62796).epsilon(1e-4));
  CHECK(red[1] == doctest::Approx(0.22486).epsilon(1e-3));
  CHECK(red[2] == doctest::Approx(0.12585).epsilon(1e-3));
}

TEST_CASE("diverging_map: blue below zero, red above, the ground at zero") {
  for (const Ground ground : {Ground::dark, Ground::light}) {
    const auto& map = diverging_map(ground);
    const Colour warm = map.at(0.6f);
    const Colour cold = map.at(-0.6f);
    CHECK(channel(warm, 0) > channel(warm, 2) + 60);
    CHECK(channel(cold, 2) > channel(cold, 0) + 60);
    const auto zero = oklab_of(map.at(0.0f));
    CHECK(std::hypot(zero[1], zero[2]) < 0.02);
    CHECK((ground == Ground::dark ? zero[0] < 0.3 : zero[0] > 0.95));
  }
}

TEST_CASE("diverging_map: equal steps of value are equal steps of colour, on both arms") {
  for (const Ground ground : {Ground::dark, Ground::light}) {
    const auto& map = diverging_map(ground);
    // Steps of 1/16: large against the rounding to eight bits.
    double least = std::numeric_limits<double>::infinity();
    double most = 0.0;
    for (int i = -16; i < 16; ++i) {
      const double step = difference(map.at(i / 16.0f), map.at((i + 1) / 16.0f));
      least = std::min(least, step);
      most = std::max(most, step);
    }
    CHECK(least > 0.025);
    CHECK(most / least < 1.3);
  }
}

TEST_CASE("diverging_map: opposite values are equally light, so that neither sign stands out") {
  for (const Ground ground : {Ground::dark, Ground::light}) {
    const auto& map = diverging_map(ground);
    for (int i = 1; i <= 20; ++i) {
      const float value = i / 20.0f;
      CHECK(std::abs(oklab_of(map.at(value))[0] - oklab_of(map.at(-value))[0]) < 0.045);
    }
  }
}

TEST_CASE("diverging_map: lightness leaves the ground steadily, so that grey prints still order values") {
  for (const float sign : {1.0f, -1.0f}) {
    double last = oklab_of(diverging_map().at(0.0f))[0];
    for (int i = 1; i <= 64; ++i) {
      const double now = oklab_of(diverging_map().at(sign * i / 64.0f))[0];
      CHECK(now > last - 2e-3);
      last = now;
    }
  }
}

TEST_CASE("diverging_map: values outside are clamped, no value has a colour of its own") {
  const auto& map = diverging_map();
  CHECK(map.at(3.0f) == map.at(1.0f));
  CHECK(map.at(-3.0f) == map.at(-1.0f));
  const Colour undefined = map.at(std::numeric_limits<float>::quiet_NaN());
  CHECK(undefined == map.undefined_colour());
  for (const Colour colour : map.entries()) CHECK(colour != undefined);
}
