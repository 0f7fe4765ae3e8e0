#include "core/linalg/decomposition.h"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace gramscope {

ThinSvd thin_svd(const MatrixD& a) {
  const Eigen::BDCSVD<MatrixD> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {svd.matrixU(), svd.singularValues(), svd.matrixV()};
}

double nuclear_norm(const MatrixD& a) {
  if (a.size() == 0) return 0.0;
  if (a.rows() < a.cols()) return nuclear_norm(a.transpose());
  // A long matrix has the singular values of its triangular factor.
  if (2 * a.rows() > 3 * a.cols()) return nuclear_norm(householder_qr(a, 0).r);
  return Eigen::BDCSVD<MatrixD>(a).singularValues().sum();
}

SymmetricEigen symmetric_eigen(const MatrixD& a) {
  const Eigen::SelfAdjointEigenSolver<MatrixD> solver(a);
  return {solver.eigenvalues().reverse(), solver.eigenvectors().rowwise().reverse()};
}

VectorD symmetric_eigenvalues(const MatrixD& a) {
  return Eigen::SelfAdjointEigenSolver<MatrixD>(a, Eigen::EigenvaluesOnly).eigenvalues().reverse();
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
