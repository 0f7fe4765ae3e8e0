#pragma once

#include <string_view>

#include "core/models/model.h"
#include "core/models/readout.h"

namespace gramscope {

/// What the unconstrained-features models have in common: free word embeddings W (V×d, the first tensor), features
/// H (d×m) computed from the other tensors, logits L = W H, and ridge on every tensor (math.md section 2).
template <class T>
class UfmBase : public Model<T> {
 public:
  Matrix<T> word_embeddings() const override { return view(this->parameters_, this->layout_.tensor(kWords)); }
  Index dimension() const override { return this->layout_.tensor(kWords).cols; }
  bool can_resize() const override { return true; }
  double penalty() const override;
  Objective gradient(Vector<T>& gradient) override;
  Matrix<T> context_embeddings() override;
  void resize_dimension(Index d, Random& random) override;

 protected:
  static constexpr Index kWords = 0;

  explicit UfmBase(const ModelSetup& setup) : task_(setup.task), readout_(setup.task, setup.config) {}

  void configure(const Config& config) override { readout_.configure(config); }

  /// Lays out the tensors for dimension d and zeroes the parameters.
  void lay_out(Index d);
  /// Draws every tensor from N(0, scale^2), in the order of the layout.
  void draw(double scale, Random& random);

  /// Adds the tensors besides W to the layout.
  virtual void add_feature_tensors(Index d) = 0;
  /// The ridge coefficient of tensor i.
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
  double ridge_penalty() const;

  Readout<T> readout_;
  Matrix<T> h_;
  Matrix<T> h_gradient_;
};

extern template class UfmBase<float>;
extern template class UfmBase<double>;

}  // namespace gramscope
