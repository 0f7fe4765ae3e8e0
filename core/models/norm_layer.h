#pragma once

#include <string>

#include "core/models/parameter_store.h"
#include "core/nn/matrix_ref.h"

namespace gramscope {

enum class NormKind {
  layer,  ///< y = g ∘ (x - mean x) / sqrt(var x + 1e-5) + b
  rms,    ///< y = g ∘ x / sqrt(mean x² + 1e-5)
};

/// A normalisation of every column with its tensors `name`.gain (d) and, for layer normalisation with biases,
/// `name`.bias (d). It keeps what its backward pass needs of its last forward pass and allocates in reserve() alone.
template <class T>
class NormLayer {
 public:
  NormLayer(ParameterLayout& layout, const std::string& name, Index d, NormKind kind, bool has_bias);
  void reserve(Index columns);

  void forward(const Vector<T>& parameters, MatrixIn<T> input);
  /// dx += the gradient of the input.
  void backward(const Vector<T>& parameters, MatrixIn<T> output_gradient, Vector<T>& gradient,
                MatrixOut<T> input_gradient);
  /// y of the last forward pass.
  auto output() const { return output_.leftCols(columns_); }

 private:
  NormKind kind_;
  TensorShape gain_;
  TensorShape bias_;
  Index columns_ = 0;
  Matrix<T> normalised_;
  Vector<T> inverse_deviation_;
  Matrix<T> output_;
};

extern template class NormLayer<float>;
extern template class NormLayer<double>;

}  // namespace gramscope
