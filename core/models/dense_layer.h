#pragma once

#include <optional>
#include <string>

#include "core/models/linear_layer.h"
#include "core/models/norm_layer.h"
#include "core/nn/activation.h"

namespace gramscope {

/// What the hidden layers of an MLP have in common.
struct DenseShape {
  Activation activation = Activation::gelu;
  std::optional<NormKind> norm;  ///< between the affine map and the activation
  bool has_biases = true;
};

/// y = f(norm(A x + a)), its tensors, in this order, `name`.weight (A), `name`.bias (a), `name`.norm.*. It keeps what its
/// backward pass needs of its last forward pass and allocates in reserve() alone.
template <class T>
class DenseLayer {
 public:
  DenseLayer(ParameterLayout& layout, const std::string& name, Index outputs, Index inputs, const DenseShape& shape);
  void reserve(Index columns);

  Index outputs() const { return outputs_; }
  void forward(const Vector<T>& parameters, MatrixIn<T> input);
  /// y of the last forward pass.
  auto output() const { return output_.leftCols(columns_); }
  /// From the gradient of the output, which is used up, to that of the input, which is overwritten. `input` is that of
  /// the forward pass.
  void backward(const Vector<T>& parameters, MatrixIn<T> input, MatrixOut<T> output_gradient, Vector<T>& gradient,
                MatrixOut<T> input_gradient);

 private:
  Index outputs_;
  Activation activation_;
  LinearLayer<T> linear_;
  std::optional<NormLayer<T>> norm_;
  Index columns_ = 0;
  Matrix<T> affine_;  ///< o×n, where there is a norm: A x + a, then its gradient
  Matrix<T> slope_;   ///< o×n: before the activation its argument, afterwards its slope
  Matrix<T> output_;  ///< o×n
};

extern template class DenseLayer<float>;
extern template class DenseLayer<double>;

}  // namespace gramscope
