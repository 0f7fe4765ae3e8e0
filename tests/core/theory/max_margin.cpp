#include "core/theory/max_margin.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/linalg/decomposition.h"
#include "core/random/philox.h"
#include "core/registry/error.h"
#include "tests/core/theory/random_supports.h"

namespace gramscope {

namespace {

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

/// A matrix that satisfies the constraints and is near `logits`.
MatrixD made_feasible(MatrixD logits, const Supports& supports) {
  for (Index j = 0; j < supports.contexts(); ++j) {
    const auto& support = supports.of(j);
    double level = 0.0;
    for (const Index z : support) level += logits(z, j) / static_cast<double>(support.size());
    logits.col(j) = logits.col(j).cwiseMin(level - 1.0);
    for (const Index z : support) logits(z, j) = level;
  }
  return logits;
}

/// The same supports with every context a column of its own, so that nothing is counted together.
Supports set_apart(const Supports& supports) {
  Supports apart{supports.words, {}, {}, {}};
  for (Index j = 0; j < supports.contexts(); ++j) {
    apart.distinct.push_back(supports.of(j));
    apart.of_context.push_back(j);
    apart.multiplicity.push_back(1);
  }
  return apart;
}

std::vector<std::vector<Index>> one_hot(std::initializer_list<Index> labels) {
  std::vector<std::vector<Index>> lists;
  for (const Index label : labels) lists.push_back({label});
  return lists;
}

}  // namespace

TEST_CASE(
    "solve_max_margin: one-hot labels of every word give the simplex I - 11^T/V, in closed form and by "
    "iteration") {
  const auto supports = supports_of(one_hot({0, 1, 2, 3, 4, 5, 6}), 7);
  const auto result = solve_max_margin(supports);
  const MatrixD simplex = MatrixD::Identity(7, 7).array() - 1.0 / 7.0;
  CHECK((result.logits - simplex).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(result.nuclear_norm == doctest::Approx(6.0).epsilon(1e-15));
  CHECK(result.rank == 6);
  CHECK(result.iterations == 0);
  CHECK(result.relative_gap() == 0.0);
  // A support of two words next to them makes the problem a general one; a word of a large vocabulary hardly
  // matters.
  auto nearly = one_hot({0, 1, 2, 3, 4, 5, 6});
  for (int copy = 0; copy < 40; ++copy)
    for (Index z = 0; z < 7; ++z) nearly.push_back({z});
  nearly.push_back({0, 1});
  const auto iterated = solve_max_margin(supports_of(nearly, 7), {.relative_gap = 1e-9});
  CHECK(iterated.iterations > 0);
  CHECK((iterated.logits.leftCols(7) - simplex).cwiseAbs().maxCoeff() < 0.02);
}

TEST_CASE("solve_max_margin: the closed form of one-hot labels has the norm that the iteration finds") {
  // With words that are no label, and labels that several contexts share.
  for (const Index words : {2, 3, 5, 9, 30}) {
    for (const Index labels : {1, 2, 3, 5, 9}) {
      if (labels > words) continue;
      CAPTURE(words);
      CAPTURE(labels);
      std::vector<std::vector<Index>> lists;
      for (Index k = 0; k < labels; ++k) lists.insert(lists.end(), 3, {words - 1 - k});
      const auto supports = supports_of(lists, words);
      const auto closed = solve_max_margin(supports);
      CHECK(closed.iterations == 0);
      CHECK(closed.nuclear_norm == doctest::Approx(thin_svd(closed.logits).s.sum()).epsilon(1e-13));
      CHECK(violation(closed.logits, supports) < 1e-14);
      // Multiplicities that are equal but for one part in a billion: too uneven for the closed form, not for
      // the norm.
      Supports uneven = supports;
      for (auto& count : uneven.multiplicity) count *= 1'000'000'000;
      uneven.multiplicity.front() += 1;
      if (labels == 1) continue;
      const auto iterated = solve_max_margin(uneven, {.relative_gap = 1e-9});
      CHECK(iterated.iterations > 0);
      CHECK(iterated.nuclear_norm / std::sqrt(1e9) == doctest::Approx(closed.nuclear_norm).epsilon(1e-8));
      CHECK(iterated.lower_bound / std::sqrt(1e9) <= closed.nuclear_norm * (1.0 + 1e-9));
      CHECK(closed.rank == iterated.rank);
    }
  }
}

TEST_CASE("solve_max_margin: the optimal values of a semidefinite solver") {
  std::ifstream file(std::string(GRAMSCOPE_FIXTURES) + "/max_margin.json");
  const auto fixture = nlohmann::json::parse(file);
  REQUIRE(fixture["cases"].size() == 3);
  for (const auto& each : fixture["cases"]) {
    const auto supports =
        supports_of(each["support"].get<std::vector<std::vector<Index>>>(), each["V"].get<Index>());
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
    CHECK(result.nuclear_norm == doctest::Approx(thin_svd(result.logits).s.sum()).epsilon(1e-12));
    CHECK(result.lower_bound <= result.nuclear_norm);
    CHECK(result.relative_gap() <= gap);
    CHECK(violation(result.logits, supports) < 1e-12);
  }
}

TEST_CASE(
    "solve_max_margin: contexts with equal supports get identical columns, and counting them is not "
    "repeating them") {
  const std::vector<std::vector<Index>> lists{{0, 1}, {2}, {0, 1}, {3, 4}, {1, 4}, {0, 1}};
  const auto supports = supports_of(lists, 5);
  const auto result = solve_max_margin(supports, {.relative_gap = 1e-8});
  CHECK(result.logits.col(0) == result.logits.col(2));
  CHECK(result.logits.col(0) == result.logits.col(5));
  const auto separate = solve_max_margin(set_apart(supports), {.relative_gap = 1e-8});
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

TEST_CASE("solve_max_margin: thirty random problems, each against what needs no solver to check") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const auto words = static_cast<Index>(3 + seed % 8);
    const auto supports = random_supports(words, static_cast<Index>(4 + seed % 13), words / 2 + 1, seed);
    const auto result = solve_max_margin(supports, {.relative_gap = 1e-8});
    CHECK(violation(result.logits, supports) <= 1e-12);
    CHECK(result.lower_bound <= result.nuclear_norm);
    CHECK(result.relative_gap() <= 1e-8);
    CHECK(result.nuclear_norm == doctest::Approx(thin_svd(result.logits).s.sum()).epsilon(1e-13));
    CHECK(result.logits.colwise().sum().cwiseAbs().maxCoeff() < 1e-3);
    for (Index j = 0; j < supports.contexts(); ++j)
      for (Index k = 0; k < j; ++k)
        if (supports.of(j) == supports.of(k)) CHECK(result.logits.col(j) == result.logits.col(k));
    // The norm is convex: a solution is where no feasible neighbour, near or far, is smaller.
    Random random(seed, 2);
    for (const double distance : {1e-4, 1e-2, 1.0}) {
      for (int trial = 0; trial < 20; ++trial) {
        MatrixD other = result.logits;
        for (Index i = 0; i < other.size(); ++i) other(i) += distance * random.normal();
        CHECK(thin_svd(made_feasible(other, supports)).s.sum() >= result.lower_bound);
      }
    }
  }
}

TEST_CASE("solve_max_margin: the names of words and the order of contexts do not matter") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto supports = random_supports(12, 25, 4, seed);
    std::vector<Index> renamed(12);
    std::iota(renamed.begin(), renamed.end(), 0);
    Random random(seed, 3);
    shuffle(std::span(renamed), random);
    std::vector<std::vector<Index>> lists;
    for (Index j = supports.contexts() - 1; j >= 0; --j) {
      lists.emplace_back();
      for (const Index z : supports.of(j)) lists.back().push_back(renamed[static_cast<std::size_t>(z)]);
    }
    const auto result = solve_max_margin(supports, {.relative_gap = 1e-7});
    const auto permuted = solve_max_margin(supports_of(lists, 12), {.relative_gap = 1e-7});
    CHECK(permuted.nuclear_norm == doctest::Approx(result.nuclear_norm).epsilon(1e-7));
    CHECK(permuted.lower_bound <= result.nuclear_norm);
    CHECK(result.lower_bound <= permuted.nuclear_norm);
  }
}

TEST_CASE("solve_max_margin: supports as a text has them") {
  const auto supports = zipf_supports(64, 256, 8, 1);
  CHECK(supports.distinct.size() < 256);
  const auto result = solve_max_margin(supports, {.relative_gap = 1e-6});
  CHECK(result.relative_gap() <= 1e-6);
  CHECK(violation(result.logits, supports) < 1e-12);
  const auto rough = solve_max_margin(supports, {.relative_gap = 1e-2});
  CHECK(rough.iterations < result.iterations);
  CHECK(rough.lower_bound <= result.nuclear_norm);
  CHECK(rough.nuclear_norm >= result.lower_bound);
}

TEST_CASE("solve_max_margin: a limit of iterations is obeyed, and what was proved by then is said") {
  const auto supports = random_supports(12, 30, 3, 4);
  const auto result = solve_max_margin(supports, {.relative_gap = 1e-14, .most_iterations = 7});
  CHECK(result.iterations == 7);
  CHECK(result.lower_bound > 0.0);
  CHECK(result.relative_gap() > 0.0);
  CHECK(violation(result.logits, supports) < 1e-12);
}

TEST_CASE(
    "solve_max_margin: the same supports give the same bits, the share done only grows, and a stop is "
    "obeyed") {
  const auto supports = random_supports(15, 40, 3, 9);
  CHECK(solve_max_margin(supports).logits == solve_max_margin(supports).logits);
  double before = 0.0;
  int reports = 0;
  TaskWork listening{[&](double share, std::string_view) {
                       CHECK(share >= before);
                       before = share;
                       ++reports;
                     },
                     {}};
  const auto result = solve_max_margin(supports, {.relative_gap = 1e-8}, listening);
  CHECK(before == 1.0);
  CHECK(reports >= result.iterations);
  std::stop_source stop;
  TaskWork stopped{[&](double, std::string_view) { stop.request_stop(); }, stop.get_token()};
  CHECK_THROWS_AS(solve_max_margin(supports, {.relative_gap = 1e-12}, stopped), Cancelled);
}

TEST_CASE("max_margin_factors: balanced factors of the logits") {
  const auto result = solve_max_margin(random_supports(12, 30, 3, 4));
  const auto factors = max_margin_factors(result.logits);
  CHECK((factors.w * factors.h - result.logits).norm() < 1e-8 * result.logits.norm());
  CHECK((factors.w.transpose() * factors.w - factors.h * factors.h.transpose()).norm() <
        1e-8 * result.nuclear_norm);
}

}  // namespace gramscope
