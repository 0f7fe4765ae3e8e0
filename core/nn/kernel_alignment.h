#pragma once

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// CKA(H^T H, K) = <C H^T H C, K'> / (|C H^T H C|_F |K'|_F), C = I - 11^T/m and K' = C K C, and its gradient by H:
/// with X = H C and c the value, dCKA/dH = 2 (X K' / (|X^T X| |K'|) - c X X^T X / |X^T X|²).
///
/// Source: SBC (arXiv 2606.26749); math.md sections 2 and 4.
/// Shapes: `h` d×m, `centred_kernel` K' m×m, symmetric with zero row sums, `kernel_norm` its Frobenius norm, `gradient`
/// d×m. Adds `scale` times the gradient to `gradient`; a `gradient` of 0 columns takes none. Returns the value, computed
/// in T, in [-1, 1]; 1 when the centred Gram is a multiple of K'. Degenerate: equal columns or K' = 0 give 0 and no
/// gradient.
template <class T>
double kernel_alignment(MatrixIn<T> h, MatrixIn<T> centred_kernel, double kernel_norm, double scale, MatrixOut<T> gradient);

}  // namespace gramscope
