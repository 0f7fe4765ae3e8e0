#include "app/views/energy_bar.h"

#include <doctest/doctest.h>

#include <array>
#include <numeric>

using namespace gramscope;
using namespace gramscope::app;

TEST_CASE("dimension_shares: 3×3×3 has 6, 12 and 8 of 26 dimensions") {
  const auto shares = dimension_shares(std::array{3, 3, 3});
  REQUIRE(shares.size() == 3);
  CHECK(shares[0] == doctest::Approx(6.0 / 26.0));
  CHECK(shares[1] == doctest::Approx(12.0 / 26.0));
  CHECK(shares[2] == doctest::Approx(8.0 / 26.0));
}

TEST_CASE(
    "dimension_shares: they sum to 1 for factors of any sizes, and a factor of one value has no part in "
    "them") {
  for (const auto& values : {std::vector<int>{2, 5}, {4, 3, 2, 7}, {9}, {1, 3, 2}}) {
    const auto shares = dimension_shares(values);
    CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == doctest::Approx(1.0));
  }
  CHECK(dimension_shares(std::array{1, 3, 2})[2] == 0.0);
  CHECK(dimension_shares(std::array{1, 1}).empty());
}

TEST_CASE("interaction_energies: all orders in turn, or none") {
  Metrics metrics;
  CHECK(interaction_energies(metrics).empty());
  metrics.add("energy_1", 0.7);
  metrics.add("energy_2", 0.3);
  CHECK(interaction_energies(metrics) == std::vector<double>{0.7, 0.3});
  metrics.add_undefined("energy_3", "not crossed");
  CHECK(interaction_energies(metrics).empty());
}
