#include "core/nn/activation.h"

#include "core/nn/gelu.h"

namespace gramscope {

namespace {

// y = x [x > 0]: a product, because a comparison would turn NaN into 0.
template <class T>
void relu_forward(MatrixOut<T> input_to_slope, MatrixOut<T> output) {
  for (Index j = 0; j < output.cols(); ++j) {
    auto x = input_to_slope.col(j).array();
    output.col(j).array() = (x > T(0)).template cast<T>();
    output.col(j).array() *= x;
    x = (x > T(0)).template cast<T>();
  }
}

// y = tanh x,  dy/dx = 1 - y^2. The term 0 x keeps NaN, which the vectorised function clamps away.
template <class T>
void tanh_forward(MatrixOut<T> input_to_slope, MatrixOut<T> output) {
  for (Index j = 0; j < output.cols(); ++j) {
    auto x = input_to_slope.col(j).array();
    output.col(j).array() = x.tanh() + T(0) * x;
    x = T(1) - output.col(j).array().square();
  }
}

}  // namespace

template <class T>
void activation_forward(Activation activation, MatrixOut<T> input_to_slope, MatrixOut<T> output) {
  switch (activation) {
    case Activation::gelu:
      return gelu_forward<T>(input_to_slope, output);
    case Activation::relu:
      return relu_forward<T>(input_to_slope, output);
    case Activation::tanh:
      return tanh_forward<T>(input_to_slope, output);
  }
}

// y = f(x)  =>  dx = dy ∘ f'(x)
template <class T>
void activation_backward(MatrixIn<T> slope, MatrixOut<T> gradient) {
  gradient.array() *= slope.array();
}

#define GRAMSCOPE_ACTIVATION(T)                                                \
  template void activation_forward<T>(Activation, MatrixOut<T>, MatrixOut<T>); \
  template void activation_backward<T>(MatrixIn<T>, MatrixOut<T>)
GRAMSCOPE_ACTIVATION(float);
GRAMSCOPE_ACTIVATION(double);
#undef GRAMSCOPE_ACTIVATION

}  // namespace gramscope
