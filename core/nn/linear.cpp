#include "core/nn/linear.h"

#include <cassert>

namespace gramscope {

template <class T>
void linear_forward(MatrixIn<T> weight, VectorIn<T> bias, MatrixIn<T> input, MatrixOut<T> output) {
  assert(weight.cols() == input.rows() && weight.rows() == output.rows() && input.cols() == output.cols());
  if (bias.size() == 0) {
    output.noalias() = weight * input;
    return;
  }
  output.colwise() = bias;
  output.noalias() += weight * input;
}

template <class T>
void linear_forward_add(MatrixIn<T> weight, VectorIn<T> bias, MatrixIn<T> input, MatrixOut<T> output) {
  assert(weight.cols() == input.rows() && weight.rows() == output.rows() && input.cols() == output.cols());
  if (bias.size() != 0) output.colwise() += bias;
  output.noalias() += weight * input;
}

// Y = W X + b 1^T  =>  dW = dY X^T,  db = dY 1
template <class T>
void linear_backward_parameters(MatrixIn<T> input, MatrixIn<T> output_gradient, MatrixOut<T> weight_gradient,
                                VectorOut<T> bias_gradient) {
  weight_gradient.noalias() += output_gradient * input.transpose();
  if (bias_gradient.size() == 0) return;
  for (Index j = 0; j < output_gradient.cols(); ++j) bias_gradient += output_gradient.col(j);
}

// Y = W X + b 1^T  =>  dX = W^T dY
template <class T>
void linear_backward_input(MatrixIn<T> weight, MatrixIn<T> output_gradient, MatrixOut<T> input_gradient) {
  input_gradient.noalias() = weight.transpose() * output_gradient;
}

#define GRAMSCOPE_LINEAR(T)                                                                          \
  template void linear_forward<T>(MatrixIn<T>, VectorIn<T>, MatrixIn<T>, MatrixOut<T>);              \
  template void linear_forward_add<T>(MatrixIn<T>, VectorIn<T>, MatrixIn<T>, MatrixOut<T>);          \
  template void linear_backward_parameters<T>(MatrixIn<T>, MatrixIn<T>, MatrixOut<T>, VectorOut<T>); \
  template void linear_backward_input<T>(MatrixIn<T>, MatrixIn<T>, MatrixOut<T>)
GRAMSCOPE_LINEAR(float);
GRAMSCOPE_LINEAR(double);
#undef GRAMSCOPE_LINEAR

}  // namespace gramscope
