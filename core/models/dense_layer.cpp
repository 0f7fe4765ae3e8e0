#include "core/models/dense_layer.h"

namespace gramscope {

template <class T>
DenseLayer<T>::DenseLayer(ParameterLayout& layout, const std::string& name, Index outputs, Index inputs,
                          const DenseShape& shape)
    : outputs_(outputs),
      activation_(shape.activation),
      linear_(layout, name, outputs, inputs, shape.has_biases) {
  if (shape.norm) norm_.emplace(layout, name + ".norm", outputs, *shape.norm, shape.has_biases);
}

template <class T>
void DenseLayer<T>::reserve(Index columns) {
  if (norm_) {
    affine_.resize(outputs_, columns);
    norm_->reserve(columns);
  }
  slope_.resize(outputs_, columns);
  output_.resize(outputs_, columns);
}

template <class T>
void DenseLayer<T>::forward(const Vector<T>& parameters, MatrixIn<T> input) {
  columns_ = input.cols();
  auto slope = slope_.leftCols(columns_);
  if (norm_) {
    auto affine = affine_.leftCols(columns_);
    linear_.forward(parameters, input, affine);
    norm_->forward(parameters, affine);
    slope = norm_->output();
  } else {
    linear_.forward(parameters, input, slope);
  }
  activation_forward<T>(activation_, slope, output_.leftCols(columns_));
}

// y = f(z)               =>  dz = dy ∘ f'(z)
// z = norm(u)            =>  du = what comes back through the norm
// u = A x + a            =>  dA += du x^T,  da += du 1,  dx = A^T du
template <class T>
void DenseLayer<T>::backward(const Vector<T>& parameters, MatrixIn<T> input, MatrixOut<T> output_gradient,
                             Vector<T>& gradient, MatrixOut<T> input_gradient) {
  activation_backward<T>(slope_.leftCols(columns_), output_gradient);
  if (!norm_) {
    linear_.backward_parameters(input, output_gradient, gradient);
    linear_.backward_input(parameters, output_gradient, input_gradient);
    return;
  }
  auto d_affine = affine_.leftCols(columns_);
  d_affine.setZero();
  norm_->backward(parameters, output_gradient, gradient, d_affine);
  linear_.backward_parameters(input, d_affine, gradient);
  linear_.backward_input(parameters, d_affine, input_gradient);
}

template class DenseLayer<float>;
template class DenseLayer<double>;

}  // namespace gramscope
