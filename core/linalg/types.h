#pragma once

#include <Eigen/Core>

namespace gramscope {

using Index = Eigen::Index;

/// Dense matrices are column-major. H (d×m) has a context in every column, W (V×d) a word in every row.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

using MatrixD = Matrix<double>;
using VectorD = Vector<double>;
using MatrixF = Matrix<float>;
using VectorF = Vector<float>;

}  // namespace gramscope
