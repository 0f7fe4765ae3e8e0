#pragma once

#include <memory>

#include "core/nn/matrix_ref.h"
#include "core/registry/config.h"
#include "core/registry/parameter.h"
#include "core/tasks/task.h"

namespace gramscope {

/// The parameters of the loss, the same for all models: reg.smoothing, reg.gamma, reg.kernel and reg.factor.
std::vector<Parameter> readout_parameters(const TaskTraits& traits);

/// Throws UsageError where the loss of a resolved config needs of the task what it does not have: its fourth factor.
void check_readout(const Config& config, const Task& task);

/// K of the reward for alignment (m×m, not centred), as reg.kernel says: the task's semantic kernel, the identity
/// (symmetric), or [same value] of the factor that reg.factor counts.
MatrixD alignment_kernel(const Config& config, const Task& task);

/// What every model does with its embeddings: logits L = W H, their cross-entropy against what can follow each context,
/// smoothed if so wanted, and the reward for agreement with a kernel (math.md section 2). It owns no parameters.
template <class T>
class Readout {
 public:
  Readout(std::shared_ptr<const Task> task, const Config& config);

  /// Takes over the live parameters of the loss.
  void configure(const Config& config);

  /// The cross-entropy of the contexts first_context ... first_context + n - 1, whose embeddings are the columns of `h`
  /// (d×n): dCE/dW = D H^T is added to `w_gradient` (V×d) and dCE/dH = W^T D written to `h_gradient` (d×n), with
  /// D = (softmax(L) - P~) diag(pi) and P~ the smoothed targets. In nats; NaN where the logits overflow.
  double cross_entropy(MatrixIn<T> w, MatrixIn<T> h, Index first_context, MatrixOut<T> w_gradient,
                       MatrixOut<T> h_gradient);

  /// Whether alignment_penalty is anything but 0: it needs the embeddings of all contexts at once.
  bool rewards_alignment() const { return gamma_ > 0.0; }
  /// gamma (1 - CKA(H^T H, K)), whose gradient is added to `h_gradient`. Both d×m: contexts count one by one, also
  /// where several share a label. Computed in T. gamma where H or K is 0 after centring.
  double alignment_penalty(MatrixIn<T> h, MatrixOut<T> h_gradient) const;
  /// The same without a gradient, computed in double.
  double alignment_penalty(MatrixIn<T> h) const;

 private:
  std::shared_ptr<const Task> task_;
  Matrix<T> logits_;
  double smoothing_ = 0.0;
  double gamma_ = 0.0;
  Config kernel_config_;      ///< what the kernel below was made from
  Matrix<T> kernel_;          ///< C K C (m×m), made when gamma is first above 0
  double kernel_norm_ = 0.0;
};

extern template class Readout<float>;
extern template class Readout<double>;

}  // namespace gramscope
