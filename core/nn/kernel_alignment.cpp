#include "core/nn/kernel_alignment.h"

#include <cassert>

namespace gramscope {

template <class T>
double kernel_alignment(MatrixIn<T> h, MatrixIn<T> centred_kernel, double kernel_norm, double scale,
                        MatrixOut<T> gradient) {
  assert(h.cols() == centred_kernel.cols());
  const Matrix<T> x = h.colwise() - h.rowwise().mean();
  Matrix<T> covariance;  // X X^T has the norm of X^T X and is the smaller of the two where d < m
  covariance.noalias() = x * x.transpose();
  const double gram_norm = static_cast<double>(covariance.norm());
  if (!(gram_norm > 0.0) || !(kernel_norm > 0.0)) return 0.0;
  Matrix<T> pulled;
  pulled.noalias() = x * centred_kernel;
  const double product = static_cast<double>(pulled.cwiseProduct(x).sum());
  const double value = product / (gram_norm * kernel_norm);
  if (gradient.cols() == h.cols()) {
    gradient += static_cast<T>(2.0 * scale / (gram_norm * kernel_norm)) * pulled;
    gradient.noalias() -= static_cast<T>(2.0 * scale * value / (gram_norm * gram_norm)) * covariance * x;
  }
  return value;
}

template double kernel_alignment<float>(MatrixIn<float>, MatrixIn<float>, double, double, MatrixOut<float>);
template double kernel_alignment<double>(MatrixIn<double>, MatrixIn<double>, double, double, MatrixOut<double>);

}  // namespace gramscope
