#pragma once

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// The gated linear unit with a smooth gate, y = silu(a) ∘ b with silu(a) = a / (1 + exp(-a)), and its slopes
/// dy/da = silu'(a) ∘ b and dy/db = silu(a), entry by entry.
///
/// Source: Shazeer 2020 (arXiv 2002.05202), eq. 6; math.md section 2.
/// Shapes: `gate_to_slope` holds a before and dy/da after, `up_to_slope` b before and dy/db after, `output` y; all any
/// one size. Degenerate: far to the left of a 0, far to the right a ∘ b.
template <class T>
void swiglu_forward(MatrixOut<T> gate_to_slope, MatrixOut<T> up_to_slope, MatrixOut<T> output);

/// da = dy ∘ dy/da and db = dy ∘ dy/db, which may be written over the slopes.
template <class T>
void swiglu_backward(MatrixIn<T> gate_slope, MatrixIn<T> up_slope, MatrixIn<T> output_gradient,
                     MatrixOut<T> gate_gradient, MatrixOut<T> up_gradient);

}  // namespace gramscope
