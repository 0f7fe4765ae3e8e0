#include "core/models/norm_layer.h"

#include "core/models/layer_tensors.h"
#include "core/nn/layer_norm.h"
#include "core/nn/rms_norm.h"

namespace gramscope {

template <class T>
NormLayer<T>::NormLayer(ParameterLayout& layout, const std::string& name, Index d, NormKind kind, bool has_bias)
    : kind_(kind),
      gain_(add_tensor(layout, name + ".gain", d, 1)),
      bias_(add_tensor_if(has_bias && kind == NormKind::layer, layout, name + ".bias", d, 1)) {}

template <class T>
void NormLayer<T>::reserve(Index columns) {
  normalised_.resize(gain_.rows, columns);
  inverse_deviation_.resize(columns);
  output_.resize(gain_.rows, columns);
}

template <class T>
void NormLayer<T>::forward(const Vector<T>& parameters, MatrixIn<T> input) {
  columns_ = input.cols();
  const auto gain = vector_view(parameters, gain_);
  auto normalised = normalised_.leftCols(columns_);
  auto inverse_deviation = inverse_deviation_.head(columns_);
  auto output = output_.leftCols(columns_);
  if (kind_ == NormKind::rms)
    rms_norm_forward<T>(input, gain, normalised, inverse_deviation, output);
  else
    layer_norm_forward<T>(input, gain, vector_view(parameters, bias_), normalised, inverse_deviation, output);
}

template <class T>
void NormLayer<T>::backward(const Vector<T>& parameters, MatrixIn<T> output_gradient, Vector<T>& gradient,
                            MatrixOut<T> input_gradient) {
  const auto gain = vector_view(parameters, gain_);
  const auto normalised = normalised_.leftCols(columns_);
  const auto inverse_deviation = inverse_deviation_.head(columns_);
  auto gain_gradient = vector_view(gradient, gain_);
  if (kind_ == NormKind::rms)
    rms_norm_backward<T>(normalised, inverse_deviation, gain, output_gradient, gain_gradient, input_gradient);
  else
    layer_norm_backward<T>(normalised, inverse_deviation, gain, output_gradient, gain_gradient,
                           vector_view(gradient, bias_), input_gradient);
}

template class NormLayer<float>;
template class NormLayer<double>;

}  // namespace gramscope
