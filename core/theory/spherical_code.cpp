#include "core/theory/spherical_code.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numbers>
#include <string_view>
#include <vector>

#include "core/linalg/arithmetic.h"
#include "core/random/philox.h"

namespace gramscope {

namespace {

constexpr std::string_view kCodeActivity = "Arranging points on a sphere";
constexpr std::uint64_t kStream = 1;  ///< of SphericalCodeOptions::seed: the starts
constexpr double kFirstSharpness = 4.0;
constexpr double kExplored = 1e3;  ///< the sharpness up to which every start goes
constexpr double kSharpest = 1e10;
constexpr double kSharpening = 4.0;
constexpr std::size_t kPolished = 6;     ///< how many of the starts go on to kSharpest
constexpr int kMostSteps = 200;          ///< of L-BFGS within a stage
constexpr std::size_t kMemory = 12;      ///< pairs that L-BFGS keeps
constexpr int kWindow = 10;              ///< steps over which a stage must gain
constexpr double kStageAccuracy = 1e-3;  ///< what it must gain at least, in units of 1/sharpness
constexpr double kOptimal = 1e-9;        ///< a gap to the bound that needs no further start
constexpr double kExploringWork = 2e8;   ///< starts × cosines × (dimensions + exponential), about

/// Cosines of the columns, -1 on the diagonal, which is no pair's.
MatrixD pair_cosines(const MatrixD& x) {
  MatrixD cosines;
  cosines.noalias() = x.transpose() * x;
  cosines.diagonal().setConstant(-1.0);
  return cosines;
}

/// The soft maximum of the cosines between the columns of Y at a sharpness, and its gradient in Y.
struct SoftMaximum {
  double value = 0.0;
  MatrixD gradient;

  SoftMaximum(const MatrixD& y, double sharpness) {
    const VectorD lengths = y.colwise().norm();
    const MatrixD x = y * lengths.cwiseInverse().asDiagonal();
    MatrixD weights = pair_cosines(x);
    const double top = weights.maxCoeff();
    weights = (sharpness * (weights.array() - top)).exp();
    weights.diagonal().setZero();
    const double sum = weights.sum();
    // Every pair stands there twice.
    value = top + std::log(0.5 * sum) / sharpness;
    gradient.noalias() = x * weights;
    gradient *= 2.0 / sum;
    // Only the directions count, which lengths do not change.
    const VectorD radial = x.cwiseProduct(gradient).colwise().sum();
    gradient -= x * radial.asDiagonal();
    gradient *= lengths.cwiseInverse().asDiagonal();
  }
};

double inner(const MatrixD& a, const MatrixD& b) { return a.cwiseProduct(b).sum(); }

/// The inverse Hessian as L-BFGS guesses it from the last steps.
class StepMemory {
 public:
  /// -H g by the two-loop recursion; `scale` stands for H until there is a step.
  MatrixD direction(const MatrixD& gradient, double scale) const {
    MatrixD q = gradient;
    std::vector<double> shares(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      shares[i] = inner(pairs_[i].step, q) / pairs_[i].curvature;
      q -= shares[i] * pairs_[i].change;
    }
    if (!pairs_.empty()) scale = pairs_.back().curvature / pairs_.back().change.squaredNorm();
    q *= scale;
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      q += (shares[i] - inner(pairs_[i].change, q) / pairs_[i].curvature) * pairs_[i].step;
    return -q;
  }

  /// A step and the change of the gradient over it. One without positive curvature says nothing of the
  /// Hessian.
  void add(MatrixD step, MatrixD change) {
    const double curvature = inner(step, change);
    if (!(curvature > 1e-12 * step.norm() * change.norm())) return;
    if (pairs_.size() == kMemory) pairs_.pop_front();
    pairs_.push_back({std::move(step), std::move(change), curvature});
  }

  void clear() { pairs_.clear(); }
  bool is_empty() const { return pairs_.empty(); }

 private:
  struct Pair {
    MatrixD step;
    MatrixD change;
    double curvature;
  };
  std::deque<Pair> pairs_;
};

/// Minimises the soft maximum at one sharpness, from X and into it.
void minimise(MatrixD& x, double sharpness, const TaskWork& work, double share) {
  SoftMaximum here(x, sharpness);
  StepMemory memory;
  // One short step says little: the way along a flat valley has many.
  double value_before = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kMostSteps; ++step) {
    work.progress(share, kCodeActivity);
    // The soft maximum changes over distances of 1/sharpness: the first step is of that size.
    const double scale = 1.0 / (sharpness * std::max(here.gradient.norm(), 1e-300));
    MatrixD direction = memory.direction(here.gradient, scale);
    double slope = inner(direction, here.gradient);
    if (!(slope < 0.0)) {
      memory.clear();
      direction = -scale * here.gradient;
      slope = inner(direction, here.gradient);
    }
    if (step % kWindow == 0) {
      if (value_before - here.value < kStageAccuracy / sharpness) break;
      value_before = here.value;
    }
    double length = 1.0;
    bool has_moved = false;
    for (int halving = 0; halving < 30 && !has_moved; ++halving, length *= 0.5) {
      const MatrixD tried = x + length * direction;
      SoftMaximum there(tried, sharpness);
      if (!(there.value <= here.value + 1e-4 * length * slope)) continue;
      memory.add(length * direction, there.gradient - here.gradient);
      x = tried;
      here = std::move(there);
      has_moved = true;
    }
    if (has_moved) continue;
    if (memory.is_empty()) break;
    memory.clear();
  }
  x.colwise().normalize();
}

int stages(double from, double to) {
  return static_cast<int>(std::ceil(std::log(to / from) / std::log(kSharpening))) + 1;
}

/// Stages of rising sharpness. `share` and `part` place them in the whole.
void sharpen(MatrixD& x, double from, double to, const TaskWork& work, double share, double part) {
  const int count = stages(from, to);
  for (int stage = 0; stage < count; ++stage)
    minimise(x, std::min(from * std::pow(kSharpening, stage), to), work, share + part * stage / count);
}

MatrixD random_start(Index points, Index dimension, Random& random) {
  MatrixD x(dimension, points);
  for (Index i = 0; i < x.size(); ++i) x(i) = random.normal();
  x.colwise().normalize();
  return x;
}

/// K points with all cosines -1/(K - 1), by Helmert's orthonormal basis of the vectors of sum 0.
MatrixD simplex(Index points, Index dimension) {
  MatrixD x = MatrixD::Zero(dimension, points);
  if (points == 1) x(0, 0) = 1.0;
  const auto count = static_cast<double>(points);
  for (Index i = 1; i < points; ++i) {
    const auto before = static_cast<double>(i);
    const double entry = std::sqrt(count / ((count - 1.0) * before * (before + 1.0)));
    x.row(i - 1).head(i).setConstant(entry);
    x(i - 1, i) = -before * entry;
  }
  return x;
}

/// e_1, -e_1, e_2, -e_2 and so on.
MatrixD opposite_axes(Index points, Index dimension) {
  MatrixD x = MatrixD::Zero(dimension, points);
  for (Index k = 0; k < points; ++k) x((k / 2) % dimension, k) = k % 2 == 0 ? 1.0 : -1.0;
  return x;
}

MatrixD regular_polygon(Index points) {
  MatrixD x(2, points);
  for (Index k = 0; k < points; ++k) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(points);
    x.col(k) << std::cos(angle), std::sin(angle);
  }
  return x;
}

MatrixD search(Index points, Index dimension, double bound, const SphericalCodeOptions& options,
               const TaskWork& work) {
  struct Found {
    double largest_cosine;
    MatrixD x;
  };
  const double evaluation = static_cast<double>(points * points) * static_cast<double>(dimension + 10);
  const auto affordable = static_cast<Index>(kExploringWork / (100.0 * evaluation));
  const Index starts = std::clamp(affordable, Index{1}, std::max(options.most_starts, Index{1}));
  Random random(options.seed, kStream);
  std::vector<Found> found;
  for (Index start = 0; start < starts; ++start) {
    MatrixD x = random_start(points, dimension, random);
    const double part = 0.5 / static_cast<double>(starts);
    sharpen(x, kFirstSharpness, kExplored, work, part * static_cast<double>(start), part);
    const double largest = pair_cosines(x).maxCoeff();
    found.push_back({largest, std::move(x)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.largest_cosine < b.largest_cosine; });
  found.resize(std::min(found.size(), kPolished));
  Found* best = nullptr;
  const double part = 0.5 / static_cast<double>(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    sharpen(found[i].x, kExplored, kSharpest, work, 0.5 + part * static_cast<double>(i), part);
    found[i].largest_cosine = pair_cosines(found[i].x).maxCoeff();
    if (!best || found[i].largest_cosine < best->largest_cosine) best = &found[i];
    if (best->largest_cosine <= bound + kOptimal) break;
  }
  return std::move(best->x);
}

}  // namespace

SphericalCode find_spherical_code(Index points, Index dimension, const SphericalCodeOptions& options,
                                  const TaskWork& work) {
  const ComputeScope scope;
  SphericalCode code;
  code.bound = largest_cosine_bound(points, dimension);
  work.progress(0.0, kCodeActivity);
  if (points <= dimension + 1)
    code.points = simplex(points, dimension);
  else if (dimension == 2)
    code.points = regular_polygon(points);
  else if (points <= 2 * dimension || dimension == 1)
    code.points = opposite_axes(points, dimension);
  else
    code.points = search(points, dimension, code.bound.cosine, options, work);
  code.largest_cosine = pair_cosines(code.points).maxCoeff();
  work.progress(1.0, kCodeActivity);
  return code;
}

}  // namespace gramscope
