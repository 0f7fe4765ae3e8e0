#include "core/linalg/decomposition.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace gramscope {

ThinSvd thin_svd(const MatrixD& a) {
  const Eigen::BDCSVD<MatrixD> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {svd.matrixU(), svd.singularValues(), svd.matrixV()};
}

VectorD singular_values(const MatrixD& a) {
  if (a.size() == 0) return {};
  if (a.rows() == a.cols()) return Eigen::BDCSVD<MatrixD>(a).singularValues();
  // The triangle of a QR decomposition has the same singular values and is as small as the short side.
  const Index k = std::min(a.rows(), a.cols());
  const Eigen::HouseholderQR<MatrixD> qr(a.rows() > a.cols() ? a : MatrixD(a.transpose()));
  const MatrixD r = qr.matrixQR().topRows(k).template triangularView<Eigen::Upper>();
  return Eigen::BDCSVD<MatrixD>(r).singularValues();
}

double nuclear_norm(const MatrixD& a) { return a.size() == 0 ? 0.0 : singular_values(a).sum(); }

SymmetricEigen symmetric_eigen(const MatrixD& a) {
  const Eigen::SelfAdjointEigenSolver<MatrixD> solver(a);
  return {solver.eigenvalues().reverse(), solver.eigenvectors().rowwise().reverse()};
}

VectorD symmetric_eigenvalues(const MatrixD& a) {
  return Eigen::SelfAdjointEigenSolver<MatrixD>(a, Eigen::EigenvaluesOnly).eigenvalues().reverse();
}

VectorD tridiagonal_eigenvalues(const VectorD& diagonal, const VectorD& beside) {
  Eigen::SelfAdjointEigenSolver<MatrixD> solver;
  solver.computeFromTridiagonal(diagonal, beside, Eigen::EigenvaluesOnly);
  return solver.eigenvalues().reverse();
}

Cholesky cholesky(const MatrixD& a) {
  const Eigen::LLT<MatrixD> llt(a);
  if (llt.info() != Eigen::Success) return {};
  return {llt.matrixL(), llt.rcond()};
}

Qr householder_qr(const MatrixD& a, Index columns) {
  const Eigen::HouseholderQR<MatrixD> qr(a);
  const Index k = std::min(a.rows(), a.cols());
  return {qr.householderQ() * MatrixD::Identity(a.rows(), columns),
          qr.matrixQR().topRows(k).template triangularView<Eigen::Upper>()};
}

MatrixD column_basis(const MatrixD& a, double threshold) {
  Eigen::ColPivHouseholderQR<MatrixD> qr(a);
  qr.setThreshold(threshold);
  return qr.householderQ() * MatrixD::Identity(a.rows(), qr.rank());
}

}  // namespace gramscope
