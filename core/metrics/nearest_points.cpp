#include "core/metrics/nearest_points.h"

#include <algorithm>
#include <limits>

namespace gramscope {

namespace {

constexpr std::size_t kMostCandidates = 16;
constexpr Index kColumnsAgain = 256;

/// How many neighbours tie, and how many of them share the point's value of each factor.
struct Ties {
  double all = 0.0;
  std::vector<double> same;
};

bool share_value(const PointFactor& factor, Index a, Index b) {
  return factor.value[static_cast<std::size_t>(a)] == factor.value[static_cast<std::size_t>(b)];
}

void count(Ties& ties, std::span<const PointFactor> factors, Index point, Index neighbour) {
  ties.all += 1.0;
  for (std::size_t f = 0; f < factors.size(); ++f)
    if (factors[f].is_defined() && share_value(factors[f], point, neighbour)) ties.same[f] += 1.0;
}

}  // namespace

void NearestPoints::keep(Nearest& nearest, Index point, double cosine) {
  if (cosine > nearest.largest) {
    nearest.largest = cosine;
    nearest.threshold = cosine - kNearestTie;
  }
  if (nearest.has_too_many) return;
  auto& candidates = nearest.candidates;
  if (candidates.size() == kMostCandidates)
    std::erase_if(candidates, [&](const Candidate& candidate) { return candidate.cosine < nearest.threshold; });
  nearest.has_too_many = candidates.size() == kMostCandidates;
  if (!nearest.has_too_many) candidates.push_back({point, cosine});
}

std::vector<double> NearestPoints::purity(std::span<const PointFactor> factors, const Units& units,
                                          const WorkDone& done) const {
  const auto points = static_cast<Index>(nearest_.size());
  std::vector<double> sum(factors.size(), 0.0);
  const auto add_point = [&](const Ties& ties) {
    for (std::size_t f = 0; f < factors.size(); ++f) sum[f] += ties.same[f] / ties.all;
  };
  std::vector<Index> again;
  for (Index j = 0; j < points; ++j) {
    const auto& nearest = nearest_[static_cast<std::size_t>(j)];
    if (nearest.has_too_many) {
      again.push_back(j);
      continue;
    }
    Ties ties{0.0, std::vector<double>(factors.size(), 0.0)};
    for (const auto& candidate : nearest.candidates)
      if (candidate.cosine >= nearest.threshold) count(ties, factors, j, candidate.point);
    add_point(ties);
  }
  for (std::size_t first = 0; first < again.size(); first += kColumnsAgain) {
    const std::size_t some = std::min<std::size_t>(kColumnsAgain, again.size() - first);
    MatrixD own;
    for (std::size_t i = 0; i < some; ++i) {
      const MatrixD column = units(again[first + i], 1);
      if (i == 0) own.resize(column.rows(), static_cast<Index>(some));
      own.col(static_cast<Index>(i)) = column;
    }
    std::vector<Ties> ties(some, {0.0, std::vector<double>(factors.size(), 0.0)});
    MatrixD cosines;
    for (Index other = 0; other < points; other += kColumnsAgain) {
      const MatrixD block = units(other, std::min(kColumnsAgain, points - other));
      cosines.noalias() = block.transpose() * own;
      for (std::size_t i = 0; i < some; ++i) {
        const Index j = again[first + i];
        for (Index k = 0; k < block.cols(); ++k)
          if (other + k != j && cosines(k, static_cast<Index>(i)) >= nearest_[static_cast<std::size_t>(j)].threshold)
            count(ties[i], factors, j, other + k);
      }
      if (done) done(static_cast<double>(cosines.size()) * static_cast<double>(own.rows()));
    }
    for (const auto& one : ties) add_point(one);
  }
  for (std::size_t f = 0; f < factors.size(); ++f)
    sum[f] = factors[f].is_defined() ? sum[f] / static_cast<double>(points) : std::numeric_limits<double>::quiet_NaN();
  return sum;
}

}  // namespace gramscope
