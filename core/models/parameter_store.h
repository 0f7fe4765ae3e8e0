#pragma once

#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/linalg/types.h"

namespace gramscope {

/// A named matrix inside a ParameterStore.
struct TensorShape {
  std::string name;  ///< "blocks.0.attention.qkv.weight"
  Index rows = 0;
  Index cols = 0;
  Index offset = 0;  ///< of its first entry in the flat vector

  Index size() const { return rows * cols; }
};

/// The layout of all trainable tensors of a model in one flat vector: parameters, gradients and optimizer state are
/// vectors of `size()` entries with the same layout, so an optimizer is one pass over flat memory.
/// Every tensor begins at a multiple of 16 entries (a 64-byte line in float); the padding stays zero.
class ParameterLayout {
 public:
  /// Adds a tensor and returns its number.
  Index add(std::string name, Index rows, Index cols) {
    tensors_.push_back({std::move(name), rows, cols, size_});
    size_ += (rows * cols + 15) / 16 * 16;
    return static_cast<Index>(tensors_.size()) - 1;
  }

  Index size() const { return size_; }
  const std::vector<TensorShape>& tensors() const { return tensors_; }
  const TensorShape& tensor(Index i) const { return tensors_[static_cast<std::size_t>(i)]; }
  const TensorShape& tensor(std::string_view name) const {
    for (const auto& shape : tensors_)
      if (shape.name == name) return shape;
    throw std::out_of_range("no tensor named " + std::string(name));
  }

 private:
  std::vector<TensorShape> tensors_;
  Index size_ = 0;
};

template <class T>
using TensorView = Eigen::Map<Matrix<T>, Eigen::Aligned64>;
template <class T>
using ConstTensorView = Eigen::Map<const Matrix<T>, Eigen::Aligned64>;

/// The tensor of that shape inside a flat vector of the layout.
template <class T>
TensorView<T> view(Vector<T>& flat, const TensorShape& shape) {
  return {flat.data() + shape.offset, shape.rows, shape.cols};
}
template <class T>
ConstTensorView<T> view(const Vector<T>& flat, const TensorShape& shape) {
  return {flat.data() + shape.offset, shape.rows, shape.cols};
}

}  // namespace gramscope
