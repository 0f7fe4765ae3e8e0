#include "core/nn/embedding.h"

namespace gramscope {

template <class T>
void embedding_forward(std::span<const int> tokens, std::span<const int> positions, MatrixIn<T> token_table,
                       MatrixIn<T> position_table, MatrixOut<T> output) {
  const bool has_positions = position_table.cols() > 0;
  for (Index c = 0; c < output.cols(); ++c) {
    const auto i = static_cast<std::size_t>(c);
    if (has_positions) {
      output.col(c) = token_table.col(tokens[i]) + position_table.col(positions[i]);
    } else {
      output.col(c) = token_table.col(tokens[i]);
    }
  }
}

// x_c = E_(token of c) + R_(position of c)  =>  dE_(token of c) += dx_c,  dR_(position of c) += dx_c
template <class T>
void embedding_backward(std::span<const int> tokens, std::span<const int> positions,
                        MatrixIn<T> output_gradient, MatrixOut<T> token_gradient,
                        MatrixOut<T> position_gradient) {
  const bool has_positions = position_gradient.cols() > 0;
  for (Index c = 0; c < output_gradient.cols(); ++c) {
    const auto i = static_cast<std::size_t>(c);
    token_gradient.col(tokens[i]) += output_gradient.col(c);
    if (has_positions) position_gradient.col(positions[i]) += output_gradient.col(c);
  }
}

#define GRAMSCOPE_EMBEDDING(T)                                                                               \
  template void embedding_forward<T>(std::span<const int>, std::span<const int>, MatrixIn<T>, MatrixIn<T>,   \
                                     MatrixOut<T>);                                                          \
  template void embedding_backward<T>(std::span<const int>, std::span<const int>, MatrixIn<T>, MatrixOut<T>, \
                                      MatrixOut<T>)
GRAMSCOPE_EMBEDDING(float);
GRAMSCOPE_EMBEDDING(double);
#undef GRAMSCOPE_EMBEDDING

}  // namespace gramscope
