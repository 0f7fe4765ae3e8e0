#pragma once

#include "core/models/ufm.h"
#include "core/tasks/attribute_index.h"

namespace gramscope {

/// The UFM whose features move in the metric of the inputs' similarity (our modification for SBC; math.md section 2):
/// H <- H - eta (dObj/dH) K, K = alpha A^T A / k + beta I, A the attributes of each context and k their number.
/// alpha: how strongly contexts that share an attribute move together. beta: capacity to move one context alone.
/// K multiplies the whole gradient by H, that of a reward for alignment included: the reward shapes the objective, K the
/// way down. The objective is the UFM's, and so is the equilibrium: structure is transient unless beta = 0.
template <class T>
class KernelUfm : public Ufm<T> {
 public:
  explicit KernelUfm(const ModelSetup& setup);
  void configure(const Config& config) override;
  void precondition(Vector<T>& gradient) const override;

 private:
  AttributeIndex attributes_;
  T alpha_{};
  T beta_{};
  mutable Matrix<T> by_value_;  ///< d×values
};

extern template class KernelUfm<float>;
extern template class KernelUfm<double>;

ModelEntry kernel_ufm_entry();

}  // namespace gramscope
