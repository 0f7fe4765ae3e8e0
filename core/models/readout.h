#pragma once

#include <memory>

#include "core/nn/matrix_ref.h"
#include "core/registry/config.h"
#include "core/tasks/task.h"

namespace gramscope {

/// What every model does with its embeddings: logits L = W H, their cross-entropy against what can follow each context,
/// and the reward for agreement with a kernel (math.md section 2). It owns no parameters.
template <class T>
class Readout {
 public:
  Readout(std::shared_ptr<const Task> task, const Config& config);

  /// Takes over the live parameters of the loss.
  void configure(const Config& config);

  /// The cross-entropy of the contexts first_context ... first_context + n - 1, whose embeddings are the columns of `h`
  /// (d×n): dCE/dW = D H^T is added to `w_gradient` (V×d) and dCE/dH = W^T D written to `h_gradient` (d×n), with
  /// D = (softmax(L) - P) diag(pi). In nats; NaN where the logits overflow.
  double cross_entropy(MatrixIn<T> w, MatrixIn<T> h, Index first_context, MatrixOut<T> w_gradient,
                       MatrixOut<T> h_gradient);

  /// Whether alignment_penalty is anything but 0: it needs the embeddings of all contexts at once.
  bool rewards_alignment() const { return gamma_ > 0.0; }
  /// gamma (1 - CKA(H^T H, K)), whose gradient is added to `h_gradient`. Both d×m.
  double alignment_penalty(MatrixIn<T> h, MatrixOut<T> h_gradient) const;
  /// The same without a gradient.
  double alignment_penalty(MatrixIn<T> h) const;

 private:
  std::shared_ptr<const Task> task_;
  Matrix<T> logits_;
  double gamma_ = 0.0;
  Matrix<T> kernel_;  ///< C K C (m×m), made when gamma is first above 0
  double kernel_norm_ = 0.0;
};

extern template class Readout<float>;
extern template class Readout<double>;

}  // namespace gramscope
