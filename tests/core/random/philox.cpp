#include "core/random/philox.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using gramscope::Random;

TEST_CASE("Random: the published Philox 4x32-10 vectors") {
  Random zero(0, 0);
  CHECK(zero.bits() == 0x6627e8d5u);
  CHECK(zero.bits() == 0xe169c58du);
  CHECK(zero.bits() == 0xbc57ac4cu);
  CHECK(zero.bits() == 0x9b00dbd8u);

  Random ones(0xffffffffffffffffu, 0xffffffffffffffffu);
  Random::State state = ones.state();
  state.drawn = 0;
  ones.restore(state);
  CHECK(ones.bits() != zero.bits());
}

TEST_CASE("Random: uniform lies in [0, 1) with the mean and variance of a uniform") {
  Random random(7);
  double sum = 0.0;
  double square = 0.0;
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    sum += u;
    square += u * u;
  }
  CHECK(std::abs(sum / count - 0.5) < 0.005);
  CHECK(std::abs(square / count - 1.0 / 3.0) < 0.005);
}

TEST_CASE("Random: normal has mean 0, variance 1 and fourth moment 3") {
  Random random(11);
  double sum = 0.0;
  double square = 0.0;
  double fourth = 0.0;
  constexpr int count = 200'000;
  for (int i = 0; i < count; ++i) {
    const double x = random.normal();
    sum += x;
    square += x * x;
    fourth += x * x * x * x;
  }
  CHECK(std::abs(sum / count) < 0.01);
  CHECK(std::abs(square / count - 1.0) < 0.02);
  CHECK(std::abs(fourth / count - 3.0) < 0.15);
}

TEST_CASE("Random: a restored stream goes on with the same numbers, whatever was drawn before") {
  for (int drawn = 0; drawn < 9; ++drawn) {
    Random random(3, 5);
    for (int i = 0; i < drawn; ++i) random.normal();
    random.bits();
    const auto state = random.state();
    std::array<double, 7> expected{};
    for (double& x : expected) x = random.normal();
    Random other(99);
    other.restore(state);
    for (const double x : expected) CHECK(other.normal() == x);
  }
}

TEST_CASE("Random: streams and seeds do not repeat each other") {
  std::vector<std::uint32_t> first;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    for (std::uint64_t stream = 0; stream < 4; ++stream) first.push_back(Random(seed, stream).bits());
  std::sort(first.begin(), first.end());
  CHECK(std::adjacent_find(first.begin(), first.end()) == first.end());
}

TEST_CASE("Random: below stays below and reaches every value; shuffle keeps the items") {
  Random random(1);
  std::array<int, 5> seen{};
  for (int i = 0; i < 5000; ++i) ++seen.at(random.below(5));
  for (const int count : seen) CHECK(count > 800);

  std::vector<int> items{0, 1, 2, 3, 4, 5, 6, 7};
  gramscope::shuffle(std::span<int>(items), random);
  auto sorted = items;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
}
