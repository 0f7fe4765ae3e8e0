#include "core/models/ufm_base.h"

#include <algorithm>
#include <utility>

#include "core/models/best_rank.h"

namespace gramscope {

namespace {

/// Entries of the rows that a larger capacity adds: small against any trained embedding, enough to break the tie
/// between the new directions.
constexpr double kGrowthNoise = 1e-4;

/// Logits computed at a time: a large text has more of them (V×m) than memory.
constexpr Index kMostLogits = Index{1} << 22;

}  // namespace

template <class T>
void UfmBase<T>::lay_out(Index d) {
  this->layout_ = ParameterLayout{};
  this->layout_.add("W", task_->words, d);
  add_feature_tensors(d);
  this->parameters_ = Vector<T>::Zero(this->layout_.size());
  h_.setZero(d, task_->contexts);
  h_gradient_.setZero(d, task_->contexts);
}

template <class T>
void UfmBase<T>::begin(const ModelSetup& setup) {
  lay_out(setup.config.integer("model.d"));
  const double scale = setup.config.real("model.init_scale");
  Random random = setup.random;
  for (const auto& shape : this->layout_.tensors()) {
    auto tensor = view(this->parameters_, shape);
    for (Index i = 0; i < tensor.size(); ++i) tensor.data()[i] = static_cast<T>(scale * random.normal());
  }
  configure(setup.config);
}

template <class T>
void UfmBase<T>::configure(const Config& config) {
  readout_.configure(config);
  ridge_path_.configure(config);
}

template <class T>
double UfmBase<T>::penalty() const {
  if (!readout_.rewards_alignment()) return ridge_penalty();
  Matrix<T> h;
  features(h);
  return ridge_penalty() + readout_.alignment_penalty(h);
}

template <class T>
double UfmBase<T>::ridge_penalty() const {
  double sum = 0.0;
  Index i = 0;
  for (const auto& shape : this->layout_.tensors())
    sum += 0.5 * static_cast<double>(ridge_in_force(i++)) *
           view(this->parameters_, shape).template cast<double>().squaredNorm();
  return sum;
}

template <class T>
Objective UfmBase<T>::gradient(Vector<T>& gradient) {
  if (gradient.size() != this->layout_.size()) gradient.setZero(this->layout_.size());
  const auto& words = this->layout_.tensor(kWords);
  const auto w = view(std::as_const(this->parameters_), words);
  features(h_);
  Objective objective;
  auto w_gradient = view(gradient, words);
  w_gradient.setZero();
  const Index most = std::max<Index>(1, kMostLogits / task_->words);
  for (Index first = 0; first < task_->contexts; first += most) {
    const Index n = std::min(most, task_->contexts - first);
    objective.cross_entropy +=
        readout_.cross_entropy(w, h_.middleCols(first, n), first, w_gradient, h_gradient_.middleCols(first, n));
  }
  objective.penalty = ridge_penalty() + readout_.alignment_penalty(h_, h_gradient_);
  pull_back(h_gradient_, gradient);
  Index i = 0;
  for (const auto& shape : this->layout_.tensors())
    view(gradient, shape) += ridge_in_force(i++) * view(std::as_const(this->parameters_), shape);
  return objective;
}

template <class T>
Matrix<T> UfmBase<T>::context_embeddings() {
  features(h_);
  return h_;
}

template <class T>
void UfmBase<T>::resize_dimension(Index d, Random& random) {
  const Index before = dimension();
  const MatrixD w = word_embeddings().template cast<double>();
  const MatrixD h = context_embeddings().template cast<double>();
  const Vector<T> old_parameters = this->parameters_;
  const ParameterLayout old_layout = this->layout_;
  lay_out(d);
  MatrixD new_w;
  MatrixD new_h;
  MatrixD q;
  if (d < before) {
    auto best = best_rank(w, h, d);
    new_w = std::move(best.w);
    new_h = std::move(best.h);
    q = std::move(best.q);
  } else {
    q = MatrixD::Identity(before, d);
    new_w = MatrixD::Zero(w.rows(), d);
    new_h = MatrixD::Zero(d, h.cols());
    new_w.leftCols(before) = w;
    new_h.topRows(before) = h;
    for (Index j = before; j < d; ++j)
      for (Index i = 0; i < w.rows(); ++i) new_w(i, j) = kGrowthNoise * random.normal();
    for (Index j = 0; j < h.cols(); ++j)
      for (Index i = before; i < d; ++i) new_h(i, j) = kGrowthNoise * random.normal();
  }
  view(this->parameters_, this->layout_.tensor(kWords)) = new_w.template cast<T>();
  set_features(new_h, q, old_parameters, old_layout);
}

template class UfmBase<float>;
template class UfmBase<double>;

}  // namespace gramscope
