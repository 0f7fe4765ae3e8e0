#include "core/linalg/tridiagonal.h"

#include <Eigen/Householder>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linalg/decomposition.h"

namespace gramscope {

namespace {

constexpr Index kPanel = 32;
constexpr double kSlowness = 5.0;  ///< of a product with a vector, by multiplication, against one of two matrices

}  // namespace

VectorD eigenvalues_by_tridiagonal(MatrixD a, const WorkDone& done) {
  const Index n = a.cols();
  if (n == 0) return {};
  VectorD diagonal(n);
  VectorD below = VectorD::Zero(std::max<Index>(0, n - 1));
  for (Index first = 0; first < n; first += kPanel) {
    const Index count = std::min(kPanel, n - first);
    const Index rest = n - first;
    // While a panel of columns is reduced, A - V W^T - W V^T stands for what A has become.
    auto trailing = a.bottomRightCorner(rest, rest);
    MatrixD v = MatrixD::Zero(rest, count);
    MatrixD w = MatrixD::Zero(rest, count);
    for (Index i = 0; i < count; ++i) {
      const Index left = rest - i;
      VectorD column = trailing.col(i).tail(left);
      column.noalias() -= v.block(i, 0, left, i) * w.row(i).head(i).transpose();
      column.noalias() -= w.block(i, 0, left, i) * v.row(i).head(i).transpose();
      diagonal(first + i) = column(0);
      if (left == 1) break;
      double tau = 0.0;
      double beta = 0.0;
      VectorD reflector(left - 1);
      auto essential = reflector.tail(left - 2);
      column.tail(left - 1).makeHouseholder(essential, tau, beta);
      reflector(0) = 1.0;
      below(first + i) = beta;
      auto v_below = v.block(i + 1, 0, left - 1, i);
      auto w_below = w.block(i + 1, 0, left - 1, i);
      VectorD product = trailing.bottomRightCorner(left - 1, left - 1).selfadjointView<Eigen::Lower>() * reflector;
      product.noalias() -= v_below * (w_below.transpose() * reflector);
      product.noalias() -= w_below * (v_below.transpose() * reflector);
      product *= tau;
      product -= 0.5 * tau * product.dot(reflector) * reflector;
      v.col(i).tail(left - 1) = reflector;
      w.col(i).tail(left - 1) = product;
      if (done) done(kSlowness * static_cast<double>(left) * static_cast<double>(left));
    }
    const Index next = rest - count;
    if (next > 0) {
      auto corner = a.bottomRightCorner(next, next);
      corner.triangularView<Eigen::Lower>() -= v.bottomRows(next) * w.bottomRows(next).transpose();
      corner.triangularView<Eigen::Lower>() -= w.bottomRows(next) * v.bottomRows(next).transpose();
      if (done) done(static_cast<double>(count) * static_cast<double>(next) * static_cast<double>(next));
    }
  }
  if (!diagonal.allFinite() || !below.allFinite())
    return VectorD::Constant(n, std::numeric_limits<double>::quiet_NaN());
  return tridiagonal_eigenvalues(diagonal, below);
}

double eigenvalues_work(Index size) {
  const auto n = static_cast<double>(size);
  return (kSlowness + 1.0) / 3.0 * n * n * n;
}

}  // namespace gramscope
