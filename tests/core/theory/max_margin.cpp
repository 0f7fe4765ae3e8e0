#include "core/theory/max_margin.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/linalg/decomposition.h"
#include "core/random/philox.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

/// `contexts` supports of 1 to `most` words out of `words`.
Supports random_supports(Index words, Index contexts, Index most, std::uint64_t seed) {
  Random random(seed, 1);
  std::vector<std::vector<Index>> lists;
  for (Index j = 0; j < contexts; ++j) {
    const auto size = 1 + static_cast<std::size_t>(random.uniform() * static_cast<double>(most));
    std::vector<Index> list;
    while (list.size() < size) {
      const auto word = static_cast<Index>(random.uniform() * static_cast<double>(words));
      if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
    }
    lists.push_back(std::move(list));
  }
  return supports_of(lists, words);
}

/// By how much the constraints are violated at most.
double violation(const MatrixD& logits, const Supports& supports) {
  double worst = 0.0;
  for (Index j = 0; j < supports.contexts(); ++j) {
    const auto& support = supports.of(j);
    const double level = logits(support.front(), j);
    for (Index z = 0; z < supports.words; ++z) {
      const bool is_in = std::binary_search(support.begin(), support.end(), z);
      worst = std::max(worst, is_in ? std::abs(logits(z, j) - level) : logits(z, j) + 1.0 - level);
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("solve_max_margin: one-hot labels of every word give the simplex I - 11^T/V") {
  std::vector<std::vector<Index>> lists;
  for (Index z = 0; z < 7; ++z) lists.push_back({z});
  const auto result = solve_max_margin(supports_of(lists, 7), {.relative_gap = 1e-9});
  const MatrixD simplex = MatrixD::Identity(7, 7).array() - 1.0 / 7.0;
  CHECK((result.logits - simplex).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(result.nuclear_norm == doctest::Approx(6.0).epsilon(1e-8));
  CHECK(result.rank == 6);
}

TEST_CASE("solve_max_margin: the optimal values of a semidefinite solver") {
  std::ifstream file(std::string(GRAMSCOPE_FIXTURES) + "/max_margin.json");
  const auto fixture = nlohmann::json::parse(file);
  REQUIRE(fixture["cases"].size() == 3);
  for (const auto& each : fixture["cases"]) {
    const auto supports = supports_of(each["support"].get<std::vector<std::vector<Index>>>(), each["V"].get<Index>());
    const auto result = solve_max_margin(supports, {.relative_gap = 1e-7});
    const double expected = each["nuclear_norm"];
    CHECK(std::abs(result.nuclear_norm - expected) <= 2e-6 * expected);
    CHECK(result.lower_bound <= expected * (1.0 + 2e-7));
    CHECK(violation(result.logits, supports) < 1e-12);
    CHECK(result.relative_gap() <= 1e-7);
  }
}

TEST_CASE("solve_max_margin: the reported norm is that of its logits, and the bound never exceeds it") {
  const auto supports = random_supports(20, 50, 4, 3);
  for (const double gap : {1e-1, 1e-3, 1e-6}) {
    const auto result = solve_max_margin(supports, {.relative_gap = gap});
    CHECK(result.nuclear_norm == doctest::Approx(thin_svd(result.logits).s.sum()).epsilon(1e-6));
    CHECK(result.lower_bound <= result.nuclear_norm);
    CHECK(result.relative_gap() <= gap);
    CHECK(violation(result.logits, supports) < 1e-12);
  }
}

TEST_CASE("solve_max_margin: contexts with equal supports get identical columns, and counting them is not repeating them") {
  const std::vector<std::vector<Index>> lists{{0, 1}, {2}, {0, 1}, {3, 4}, {1, 4}, {0, 1}};
  const auto supports = supports_of(lists, 5);
  const auto result = solve_max_margin(supports, {.relative_gap = 1e-8});
  CHECK(result.logits.col(0) == result.logits.col(2));
  CHECK(result.logits.col(0) == result.logits.col(5));
  // The same problem with every context a column of its own.
  Supports apart = supports;
  apart.distinct.clear();
  apart.multiplicity.assign(lists.size(), 1);
  for (std::size_t j = 0; j < lists.size(); ++j) {
    apart.distinct.push_back(lists[j]);
    apart.of_context[j] = static_cast<Index>(j);
  }
  const auto separate = solve_max_margin(apart, {.relative_gap = 1e-8});
  CHECK(separate.nuclear_norm == doctest::Approx(result.nuclear_norm).epsilon(1e-7));
}

TEST_CASE("solve_max_margin: a context that every word can follow asks for nothing") {
  const std::vector<std::vector<Index>> lists{{0, 1, 2}, {0}, {1}};
  const auto result = solve_max_margin(supports_of(lists, 3));
  CHECK(result.logits.col(0).isZero(0.0));
  CHECK(result.nuclear_norm > 0.5);
  const std::vector<std::vector<Index>> all{{0, 1}, {0, 1}};
  const auto nothing = solve_max_margin(supports_of(all, 2));
  CHECK(nothing.logits.isZero(0.0));
  CHECK(nothing.relative_gap() == 0.0);
}

TEST_CASE("solve_max_margin: the same supports give the same bits, and a stop is obeyed") {
  const auto supports = random_supports(15, 40, 3, 9);
  CHECK(solve_max_margin(supports).logits == solve_max_margin(supports).logits);
  std::stop_source stop;
  TaskWork work{[&](double share, std::string_view) {
                  CHECK(share >= 0.0);
                  CHECK(share <= 1.0);
                  stop.request_stop();
                },
                stop.get_token()};
  CHECK_THROWS_AS(solve_max_margin(supports, {.relative_gap = 1e-12}, work), Cancelled);
}

TEST_CASE("max_margin_factors: balanced factors of the logits") {
  const auto result = solve_max_margin(random_supports(12, 30, 3, 4));
  const auto factors = max_margin_factors(result.logits);
  CHECK((factors.w * factors.h - result.logits).norm() < 1e-8 * result.logits.norm());
  CHECK((factors.w.transpose() * factors.w - factors.h * factors.h.transpose()).norm() < 1e-8 * result.nuclear_norm);
}

}  // namespace gramscope
