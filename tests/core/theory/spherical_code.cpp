#include "core/theory/spherical_code.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <string>

#include "core/linalg/gram.h"

namespace gramscope {

namespace {

double cosine_of_degrees(double degrees) { return std::cos(degrees * std::numbers::pi / 180.0); }

/// The largest entry off the diagonal of the Gram matrix.
double largest_cosine(const MatrixD& points) {
  double largest = -1.0;
  for (Index j = 0; j < points.cols(); ++j)
    for (Index k = 0; k < j; ++k) largest = std::max(largest, points.col(j).dot(points.col(k)));
  return largest;
}

/// A code that is what it says: K unit vectors, the cosine that is theirs, not below the bound.
SphericalCode checked_code(Index points, Index dimension) {
  CAPTURE(points);
  CAPTURE(dimension);
  auto code = find_spherical_code(points, dimension);
  CHECK(code.points.rows() == dimension);
  CHECK(code.points.cols() == points);
  CHECK((code.points.colwise().norm().array() - 1.0).abs().maxCoeff() < 1e-14);
  CHECK(code.largest_cosine == doctest::Approx(largest_cosine(code.points)).epsilon(1e-14));
  CHECK(code.gap() >= -1e-14);
  return code;
}

}  // namespace

TEST_CASE("largest_cosine_bound: sharp where an arrangement is known to attain it") {
  struct Case {
    Index points;
    Index dimension;
    double cosine;
    std::string name;
  };
  const double tau = 0.5 * (1.0 + std::sqrt(5.0));
  const Case cases[] = {
      {1, 3, -1.0, "simplex"},
      {2, 1, -1.0, "simplex"},
      {4, 3, -1.0 / 3.0, "simplex"},
      {27, 26, -1.0 / 26.0, "simplex"},
      {3, 1, 1.0, "coincidence"},
      {7, 2, std::cos(2.0 * std::numbers::pi / 7.0), "regular polygon"},
      {5, 3, 0.0, "Rankin"},
      {6, 3, 0.0, "Rankin"},
      {16, 8, 0.0, "Rankin"},
      {12, 3, 1.0 / std::sqrt(5.0), "Fejes Tóth"},
      {16, 5, 0.2, "Levenshtein"},           // half the vertices of a cube
      {27, 6, 0.25, "Levenshtein"},          // Schläfli
      {56, 7, 1.0 / 3.0, "Levenshtein"},     // lines of a quartic's double tangents
      {240, 8, 0.5, "Levenshtein"},          // the roots of E8
      {100, 22, 1.0 / 11.0, "Levenshtein"},  // Higman and Sims
      {275, 22, 1.0 / 6.0, "Levenshtein"},   // McLaughlin
      {552, 23, 0.2, "Levenshtein"},         // equiangular lines, both ends
  };
  for (const auto& each : cases) {
    CAPTURE(each.points);
    CAPTURE(each.dimension);
    const auto bound = largest_cosine_bound(each.points, each.dimension);
    CHECK(bound.cosine == doctest::Approx(each.cosine).epsilon(1e-12));
    CHECK(std::string(bound.name) == each.name);
  }
  // The 600-cell is optimal, and no bound of this kind proves it: one of a higher degree does.
  CHECK(largest_cosine_bound(120, 4).cosine < 0.5 * tau);
  CHECK(largest_cosine_bound(120, 4).cosine > 0.5 * tau - 0.002);
}

TEST_CASE("largest_cosine_bound: never falls with another point, never rises with another dimension") {
  for (Index dimension = 1; dimension <= 40; ++dimension) {
    double before = -1.0;
    for (Index points = 1; points <= kMostCodePoints; points += points < 100 ? 1 : 97) {
      CAPTURE(points);
      CAPTURE(dimension);
      const double cosine = largest_cosine_bound(points, dimension).cosine;
      CHECK(cosine >= before);
      CHECK(cosine <= 1.0);
      if (dimension > 1) CHECK(cosine <= largest_cosine_bound(points, dimension - 1).cosine + 1e-14);
      before = cosine;
    }
  }
}

TEST_CASE("find_spherical_code: exact where the answer is known in closed form") {
  for (const Index points : {1, 2, 3, 5, 27}) {
    const auto simplex = checked_code(points, std::max<Index>(points - 1, 1));
    CHECK(std::abs(simplex.gap()) < 1e-15);
    if (points == 1) continue;
    CHECK(simplex.points.rowwise().sum().norm() < 1e-13);
    const MatrixD cosines = cosine_gram(simplex.points);
    MatrixD expected = MatrixD::Constant(points, points, -1.0 / static_cast<double>(points - 1));
    expected.diagonal().setOnes();
    CHECK((cosines - expected).cwiseAbs().maxCoeff() < 1e-14);
    CHECK(std::abs(checked_code(points, points + 6).gap()) < 1e-15);
  }
  for (const Index points : {4, 7, 100}) {
    const auto polygon = checked_code(points, 2);
    CHECK(std::abs(polygon.gap()) < 1e-14);
    CHECK(polygon.points(0, 0) == 1.0);
  }
  for (const Index points : {8, 9, 12}) CHECK(checked_code(points, 6).largest_cosine == 0.0);
  CHECK(checked_code(5, 1).largest_cosine == 1.0);
}

TEST_CASE("find_spherical_code: the best arrangements known") {
  CHECK(std::abs(checked_code(8, 3).largest_cosine - cosine_of_degrees(74.8584922)) <
        1e-8);                                                                        // square antiprism
  CHECK(std::abs(checked_code(9, 3).largest_cosine - 1.0 / 3.0) < 1e-8);              // tricapped prism
  CHECK(std::abs(checked_code(12, 3).largest_cosine - 1.0 / std::sqrt(5.0)) < 1e-8);  // icosahedron
  CHECK(std::abs(checked_code(24, 3).largest_cosine - cosine_of_degrees(43.6907671)) < 1e-8);  // snub cube
  CHECK(std::abs(checked_code(24, 4).largest_cosine - 0.5) < 1e-8);                            // 24-cell
  CHECK(checked_code(16, 5).gap() < 1e-9);
  CHECK(checked_code(27, 6).gap() < 1e-9);
  CHECK(checked_code(56, 7).gap() < 1e-9);
  CHECK(checked_code(27, 8).largest_cosine < 0.19);
}

TEST_CASE(
    "find_spherical_code: the same seed gives the same bits, the share done only grows, and a stop is "
    "obeyed") {
  const SphericalCodeOptions options{.seed = 5, .most_starts = 4};
  CHECK(find_spherical_code(11, 4, options).points == find_spherical_code(11, 4, options).points);
  CHECK(find_spherical_code(11, 4, options).points !=
        find_spherical_code(11, 4, {.seed = 6, .most_starts = 4}).points);
  double before = 0.0;
  const TaskWork listening{[&](double share, std::string_view) {
                             CHECK(share >= before);
                             before = share;
                           },
                           {}};
  find_spherical_code(11, 4, options, listening);
  CHECK(before == 1.0);
  std::stop_source stop;
  const TaskWork stopped{[&](double share, std::string_view) {
                           if (share > 0.2) stop.request_stop();
                         },
                         stop.get_token()};
  CHECK_THROWS_AS(find_spherical_code(11, 4, options, stopped), Cancelled);
}

TEST_CASE("find_spherical_code: sizes that cannot be arranged are named") {
  CHECK_THROWS_WITH_AS(find_spherical_code(0, 3), doctest::Contains("0 points; 1 to 2000"), UsageError);
  CHECK_THROWS_WITH_AS(find_spherical_code(2001, 3), doctest::Contains("2001 points; 1 to 2000"), UsageError);
  CHECK_THROWS_WITH_AS(find_spherical_code(3, 0), doctest::Contains("0 dimensions; 1 to 4096"), UsageError);
}

}  // namespace gramscope
