#pragma once

#include "core/models/ufm_base.h"
#include "core/registry/registry.h"
#include "core/tasks/attribute_index.h"

namespace gramscope {

/// The additive UFM: H = E A + F, an embedding E (d×values) for each attribute value, shared by the contexts that
/// have it, and a residual F (d×m) of each context (math.md section 2). Ridge on W, E and F separately; with
/// lambda_F >= lambda_E sharing is cheap, and the minimum itself is not symmetric: structure persists.
template <class T>
class AdditiveUfm : public UfmBase<T> {
 public:
  explicit AdditiveUfm(const ModelSetup& setup);
  void configure(const Config& config) override;

 protected:
  static constexpr Index kShared = 1;
  static constexpr Index kResidual = 2;

  void add_feature_tensors(Index d) override;
  T ridge(Index i) const override { return i == this->kWords ? lambda_w_ : i == kShared ? lambda_e_ : lambda_f_; }
  void features(Matrix<T>& h) const override;
  void pull_back(const Matrix<T>& h_gradient, Vector<T>& gradient) const override;
  void set_features(const MatrixD& h, const MatrixD& q, const Vector<T>& old_parameters,
                    const ParameterLayout& old_layout) override;

 private:
  AttributeIndex attributes_;
  T lambda_w_{};
  T lambda_e_{};
  T lambda_f_{};
};

extern template class AdditiveUfm<float>;
extern template class AdditiveUfm<double>;

ModelEntry additive_ufm_entry();

}  // namespace gramscope
