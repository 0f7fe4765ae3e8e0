#include "core/nn/concatenated_embedding.h"

#include <cassert>

namespace gramscope {

template <class T>
void concatenated_embedding_forward(std::span<const int> tokens, std::span<const int> positions,
                                    std::span<const Index> last, MatrixIn<T> token_table, MatrixOut<T> output) {
  const Index e = token_table.rows();
  for (std::size_t j = 0; j < last.size(); ++j) {
    const Index length = positions[static_cast<std::size_t>(last[j])] + 1;
    const Index empty = output.rows() / e - length;
    assert(empty >= 0);
    auto x = output.col(static_cast<Index>(j));
    x.head(empty * e).setZero();
    for (Index t = 0; t < length; ++t)
      x.segment((empty + t) * e, e) = token_table.col(tokens[static_cast<std::size_t>(last[j] - length + 1 + t)]);
  }
}

// x_j = [0; ...; E_(first); ...; E_(last)]  =>  dE_(token) += its place in dx_j
template <class T>
void concatenated_embedding_backward(std::span<const int> tokens, std::span<const int> positions,
                                     std::span<const Index> last, MatrixIn<T> output_gradient,
                                     MatrixOut<T> token_gradient) {
  const Index e = token_gradient.rows();
  for (std::size_t j = 0; j < last.size(); ++j) {
    const Index length = positions[static_cast<std::size_t>(last[j])] + 1;
    const Index empty = output_gradient.rows() / e - length;
    const auto dx = output_gradient.col(static_cast<Index>(j));
    for (Index t = 0; t < length; ++t)
      token_gradient.col(tokens[static_cast<std::size_t>(last[j] - length + 1 + t)]) += dx.segment((empty + t) * e, e);
  }
}

#define GRAMSCOPE_CONCATENATED_EMBEDDING(T)                                                                     \
  template void concatenated_embedding_forward<T>(std::span<const int>, std::span<const int>,                   \
                                                  std::span<const Index>, MatrixIn<T>, MatrixOut<T>);           \
  template void concatenated_embedding_backward<T>(std::span<const int>, std::span<const int>,                  \
                                                   std::span<const Index>, MatrixIn<T>, MatrixOut<T>)
GRAMSCOPE_CONCATENATED_EMBEDDING(float);
GRAMSCOPE_CONCATENATED_EMBEDDING(double);
#undef GRAMSCOPE_CONCATENATED_EMBEDDING

}  // namespace gramscope
