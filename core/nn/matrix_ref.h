#pragma once

#include "core/linalg/types.h"

namespace gramscope {

/// How the layers take their arrays: whole matrices or blocks of neighbouring rows and columns of one, never
/// copied. Activations have a token position in every column, the columns of a context side by side.
template <class T>
using MatrixIn = const Eigen::Ref<const Matrix<T>>&;
template <class T>
using MatrixOut = Eigen::Ref<Matrix<T>>;
template <class T>
using VectorIn = const Eigen::Ref<const Vector<T>>&;
template <class T>
using VectorOut = Eigen::Ref<Vector<T>>;

}  // namespace gramscope
