#pragma once

#include "core/models/ufm_base.h"
#include "core/registry/registry.h"

namespace gramscope {

/// The unconstrained-features model: W (V×d) and H (d×m) are free, ridge on both (IG Def. 1; math.md section 2).
/// objective = CE + (lambda_W/2)|W|_F^2 + (lambda_H/2)|H|_F^2.
template <class T>
class Ufm : public UfmBase<T> {
 public:
  explicit Ufm(const ModelSetup& setup);
  void configure(const Config& config) override;

 protected:
  static constexpr Index kFeatures = 1;

  void add_feature_tensors(Index d) override;
  T ridge(Index i) const override { return i == this->kWords ? lambda_w_ : lambda_h_; }
  void features(Matrix<T>& h) const override;
  void pull_back(const Matrix<T>& h_gradient, Vector<T>& gradient) const override;
  void set_features(const MatrixD& h, const MatrixD& q, const Vector<T>& old_parameters,
                    const ParameterLayout& old_layout) override;

 private:
  T lambda_w_{};
  T lambda_h_{};
};

extern template class Ufm<float>;
extern template class Ufm<double>;

ModelEntry ufm_entry();

/// Knobs that the unconstrained-features models share.
Parameter ufm_dimension_parameter();
Parameter ufm_init_scale_parameter();
Parameter ridge_parameter(const std::string& name, const std::string& label, const std::string& symbol,
                          double default_value, const std::string& of);

}  // namespace gramscope
