#pragma once

#include <string_view>

#include "core/models/model.h"
#include "core/models/readout.h"
#include "core/models/ridge_path.h"

namespace gramscope {

/// What the unconstrained-features models have in common: free word embeddings W (V×d, the first tensor), features
/// H (d×m) computed from the other tensors, logits L = W H, and ridge on every tensor (math.md section 2), which may
/// follow a path over the run.
template <class T>
class UfmBase : public Model<T> {
 public:
  Matrix<T> word_embeddings() const override { return view(this->parameters_, this->layout_.tensor(kWords)); }
  Index dimension() const override { return this->layout_.tensor(kWords).cols; }
  bool can_resize() const override { return true; }
  double penalty() const override;
  void at_step(std::int64_t step) override { ridge_share_ = ridge_path_.share_at(step); }
  Objective gradient(Vector<T>& gradient) override;
  Matrix<T> context_embeddings() override;
  void resize_dimension(Index d, Random& random) override;

 protected:
  static constexpr Index kWords = 0;

  explicit UfmBase(const ModelSetup& setup) : task_(setup.task), readout_(setup.task, setup.config) {}

  void configure(const Config& config) override;

  /// Lays out the tensors, draws every one from N(0, model.init_scale^2) in the order of the layout, and configures: the
  /// last thing that a constructor does.
  void begin(const ModelSetup& setup);

  /// Adds the tensors besides W to the layout.
  virtual void add_feature_tensors(Index d) = 0;
  /// The ridge coefficient of tensor i at the beginning of the ridge path.
  virtual T ridge(Index i) const = 0;
  /// H from the feature tensors.
  virtual void features(Matrix<T>& h) const = 0;
  /// The gradients of the feature tensors, without ridge, from dCE/dH (d×m).
  virtual void pull_back(const Matrix<T>& h_gradient, Vector<T>& gradient) const = 0;
  /// Sets the feature tensors of the new layout so that they give the features `h`, from those of the old layout in
  /// the new basis: `q` (d_old×d_new) has orthonormal columns.
  virtual void set_features(const MatrixD& h, const MatrixD& q, const Vector<T>& old_parameters,
                            const ParameterLayout& old_layout) = 0;

  std::shared_ptr<const Task> task_;

 private:
  /// Lays out the tensors for dimension d and zeroes the parameters.
  void lay_out(Index d);
  T ridge_in_force(Index i) const { return static_cast<T>(static_cast<double>(ridge(i)) * ridge_share_); }
  double ridge_penalty() const;

  Readout<T> readout_;
  RidgePath ridge_path_;
  double ridge_share_ = 1.0;
  Matrix<T> h_;
  Matrix<T> h_gradient_;
};

extern template class UfmBase<float>;
extern template class UfmBase<double>;

}  // namespace gramscope
