#pragma once

#include <string>

#include "core/models/layer_tensors.h"
#include "core/nn/linear.h"

namespace gramscope {

/// An affine map Y = A X + b 1^T with its tensors `name`.weight (o×i) and, with bias, `name`.bias (o). It keeps nothing
/// of its forward pass.
template <class T>
class LinearLayer {
 public:
  LinearLayer(ParameterLayout& layout, const std::string& name, Index outputs, Index inputs, bool has_bias)
      : weight_(add_tensor(layout, name + ".weight", outputs, inputs)),
        bias_(add_tensor_if(has_bias, layout, name + ".bias", outputs, 1)) {}

  auto weight(const Vector<T>& flat) const { return view(flat, weight_); }
  auto weight(Vector<T>& flat) const { return view(flat, weight_); }
  auto bias(const Vector<T>& flat) const { return vector_view(flat, bias_); }
  auto bias(Vector<T>& flat) const { return vector_view(flat, bias_); }
  bool has_bias() const { return bias_.size() != 0; }

  void forward(const Vector<T>& parameters, MatrixIn<T> input, MatrixOut<T> output) const {
    linear_forward<T>(weight(parameters), bias(parameters), input, output);
  }
  /// Y <- Y + A X + b 1^T
  void forward_add(const Vector<T>& parameters, MatrixIn<T> input, MatrixOut<T> output) const {
    linear_forward_add<T>(weight(parameters), bias(parameters), input, output);
  }
  /// dA += dY X^T, db += dY 1
  void backward_parameters(MatrixIn<T> input, MatrixIn<T> output_gradient, Vector<T>& gradient) const {
    linear_backward_parameters<T>(input, output_gradient, weight(gradient), bias(gradient));
  }
  /// dX = A^T dY
  void backward_input(const Vector<T>& parameters, MatrixIn<T> output_gradient, MatrixOut<T> input_gradient) const {
    linear_backward_input<T>(weight(parameters), output_gradient, input_gradient);
  }

 private:
  TensorShape weight_;
  TensorShape bias_;
};

}  // namespace gramscope
