#pragma once

#include <string>

#include "core/models/parameter_store.h"

namespace gramscope {

// How the layers of a network claim their tensors in a layout and look at them. A tensor that an option leaves out has
// no entries, and views of it are empty.

inline TensorShape add_tensor(ParameterLayout& layout, const std::string& name, Index rows, Index cols) {
  return layout.tensor(layout.add(name, rows, cols));
}
inline TensorShape add_tensor_if(bool is_wanted, ParameterLayout& layout, const std::string& name, Index rows,
                                 Index cols) {
  return is_wanted ? add_tensor(layout, name, rows, cols) : TensorShape{};
}

/// A tensor of one column as a vector.
template <class T>
Eigen::Map<const Vector<T>, Eigen::Aligned64> vector_view(const Vector<T>& flat, const TensorShape& shape) {
  return {flat.data() + shape.offset, shape.size()};
}
template <class T>
Eigen::Map<Vector<T>, Eigen::Aligned64> vector_view(Vector<T>& flat, const TensorShape& shape) {
  return {flat.data() + shape.offset, shape.size()};
}

}  // namespace gramscope
