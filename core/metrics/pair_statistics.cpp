#include "core/metrics/pair_statistics.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/undefined.h"
#include "core/metrics/nearest_points.h"

namespace gramscope {

namespace {

constexpr Index kBlock = 256;

/// Squared distances below this share of the squared lengths are made from the difference of the two columns: as lengths and
/// a cosine they would have lost more than four digits.
constexpr double kNear = 1e-4;

/// The sum of logarithms, of eight factors at a time: each is between 1e-28 and 4.
class LogarithmSum {
 public:
  void add(double factor) {
    product_ *= factor;
    if (++count_ < 8) return;
    sum_ += std::log(product_);
    product_ = 1.0;
    count_ = 0;
  }
  double value() const { return sum_ + std::log(product_); }

 private:
  double sum_ = 0.0;
  double product_ = 1.0;
  int count_ = 0;
};

class PairPass {
 public:
  PairPass(const MatrixD& x, const PairOptions& options, const WorkDone& done)
      : x_(x), options_(options), done_(done), norms_(x.colwise().stableNorm()), nearest_(x.cols()) {
    const auto k = static_cast<double>(x.cols());
    VectorD sum = VectorD::Zero(x.rows());
    for (Index first = 0; first < x.cols(); first += kBlock) sum += units(first, count(first)).rowwise().sum();
    // Over ordered pairs: |sum of the units|^2 counts each unit with itself once.
    mean_cosine_ = (sum.squaredNorm() - k) / (k * (k - 1.0));
    ideal_ = 1.0 / (k - 1.0);
    has_directions_ = norms_.minCoeff() > 0.0;
  }

  PairStatistics operator()() {
    MatrixD products;
    for (Index right = 0; right < x_.cols(); right += kBlock) {
      const MatrixD right_units = units(right, count(right));
      for (Index left = 0; left <= right; left += kBlock) {
        products.noalias() = units(left, count(left)).transpose() * right_units;
        for (Index k = 0; k < products.cols(); ++k)
          for (Index j = 0; j < std::min(products.rows(), right + k - left); ++j) add(left + j, right + k, products(j, k));
        if (done_) done_(static_cast<double>(products.size()) * static_cast<double>(x_.rows()));
      }
    }
    return result();
  }

 private:
  Index count(Index first) const { return std::min(kBlock, x_.cols() - first); }

  /// Columns at length 1; 0 where they are 0.
  MatrixD units(Index first, Index columns) const {
    MatrixD unit = x_.middleCols(first, columns);
    for (Index j = 0; j < columns; ++j)
      if (norms_(first + j) > 0.0) unit.col(j) /= norms_(first + j);
    return unit;
  }

  void add(Index j, Index k, double cosine) {
    cosine = cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine;  // NaN stays
    if (has_directions_) {
      squares_ += (cosine - mean_cosine_) * (cosine - mean_cosine_);
      from_ideal_ += std::abs(cosine + ideal_);
      add_direction_distance(j, k, cosine);
      if (!options_.factors.empty()) nearest_.add(j, k, cosine);
    }
    if (!options_.variances.empty()) add_variance(j, k, cosine);
  }

  void add_direction_distance(Index j, Index k, double cosine) {
    double squared = 2.0 - 2.0 * cosine;
    if (squared < kNear) {
      squared = (x_.col(j) / norms_(j) - x_.col(k) / norms_(k)).squaredNorm();
      const double rounding = 1e-15 + options_.resolution * (1.0 / norms_(j) + 1.0 / norms_(k));
      if (squared <= rounding * rounding) {
        directions_coincide_ = true;
        return;
      }
    }
    logarithms_.add(squared);
  }

  void add_variance(Index j, Index k, double cosine) {
    const double lengths = norms_(j) * norms_(j) + norms_(k) * norms_(k);
    double squared = lengths - 2.0 * norms_(j) * norms_(k) * cosine;
    if (squared < kNear * lengths || lengths == 0.0) {
      squared = (x_.col(j) - x_.col(k)).squaredNorm();
      if (squared <= options_.resolution * options_.resolution) {
        points_coincide_ = true;
        return;
      }
    }
    variances_ += 0.5 *
                  (options_.variances[static_cast<std::size_t>(j)] + options_.variances[static_cast<std::size_t>(k)]) /
                  squared;
  }

  PairStatistics result() const {
    const double pairs = 0.5 * static_cast<double>(x_.cols()) * static_cast<double>(x_.cols() - 1);
    PairStatistics statistics;
    statistics.cosine_deviation = has_directions_ ? std::sqrt(squares_ / pairs) : kUndefined;
    statistics.distance_from_simplex = has_directions_ ? from_ideal_ / pairs : kUndefined;
    statistics.minus_log_distance =
        has_directions_ && !directions_coincide_ ? -0.5 * logarithms_.value() / pairs : kUndefined;
    statistics.variance_per_distance =
        options_.variances.empty() || points_coincide_ ? kUndefined : variances_ / pairs;
    if (has_directions_ && std::isfinite(squares_))
      statistics.purity = nearest_.purity(
          options_.factors, [this](Index first, Index columns) { return units(first, columns); }, done_);
    else
      statistics.purity.assign(options_.factors.size(), kUndefined);
    return statistics;
  }

  const MatrixD& x_;
  const PairOptions& options_;
  const WorkDone& done_;
  VectorD norms_;
  NearestPoints nearest_;
  double mean_cosine_ = 0.0;
  double ideal_ = 0.0;
  bool has_directions_ = false;
  bool directions_coincide_ = false;
  bool points_coincide_ = false;
  double squares_ = 0.0;
  double from_ideal_ = 0.0;
  double variances_ = 0.0;
  LogarithmSum logarithms_;
};

}  // namespace

PairStatistics pair_statistics(const MatrixD& x, const PairOptions& options, const WorkDone& done) {
  if (x.cols() < 2)
    return {kUndefined, kUndefined, kUndefined, kUndefined, std::vector<double>(options.factors.size(), kUndefined)};
  return PairPass(x, options, done)();
}

double pair_statistics_work(Index rows, Index cols) {
  // What is done with a product besides making it takes as long as forty multiplications.
  return 0.5 * static_cast<double>(cols) * static_cast<double>(cols + kBlock) * static_cast<double>(rows + 40);
}

}  // namespace gramscope
