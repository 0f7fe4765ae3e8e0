#include "core/models/additive_ufm.h"

#include "core/models/ufm.h"

namespace gramscope {

template <class T>
AdditiveUfm<T>::AdditiveUfm(const ModelSetup& setup) : UfmBase<T>(setup), attributes_(*setup.task) {
  this->begin(setup);
}

template <class T>
void AdditiveUfm<T>::configure(const Config& config) {
  UfmBase<T>::configure(config);
  lambda_w_ = static_cast<T>(config.real("reg.lambda_w"));
  lambda_e_ = static_cast<T>(config.real("reg.lambda_e"));
  lambda_f_ = static_cast<T>(config.real("reg.lambda_f"));
}

template <class T>
void AdditiveUfm<T>::add_feature_tensors(Index d) {
  this->layout_.add("E", d, attributes_.values());
  this->layout_.add("F", d, this->task_->contexts);
}

template <class T>
void AdditiveUfm<T>::features(Matrix<T>& h) const {
  h = view(this->parameters_, this->layout_.tensor(kResidual));
  attributes_.add_times(view(this->parameters_, this->layout_.tensor(kShared)), h);  // H = E A + F
}

template <class T>
void AdditiveUfm<T>::pull_back(const Matrix<T>& h_gradient, Vector<T>& gradient) const {
  view(gradient, this->layout_.tensor(kResidual)) = h_gradient;                              // dF = dH
  attributes_.times_transpose(h_gradient, view(gradient, this->layout_.tensor(kShared)));  // dE = dH A^T
}

template <class T>
void AdditiveUfm<T>::set_features(const MatrixD& h, const MatrixD& q, const Vector<T>& old_parameters,
                                  const ParameterLayout& old_layout) {
  const MatrixD old_shared = view(old_parameters, old_layout.tensor(kShared)).template cast<double>();
  const MatrixD shared = q.transpose() * old_shared;
  MatrixD sum = MatrixD::Zero(h.rows(), h.cols());
  attributes_.add_times(shared, sum);
  view(this->parameters_, this->layout_.tensor(kShared)) = shared.template cast<T>();
  view(this->parameters_, this->layout_.tensor(kResidual)) = (h - sum).template cast<T>();
}

template class AdditiveUfm<float>;
template class AdditiveUfm<double>;

ModelEntry additive_ufm_entry() {
  ModelEntry entry;
  entry.key = "additive_ufm";
  entry.label = "Additive UFM";
  entry.summary = "Features are sums of shared attribute embeddings and a residual: structure that stays.";
  entry.source = "own; compare SBC (arXiv 2606.26749)";
  entry.parameters = {
      ufm_init_scale_parameter(),
      ufm_dimension_parameter(),
      ridge_parameter("lambda_w", "Ridge on words", "λ_W", 5e-4, "the word embeddings W"),
      ridge_parameter("lambda_e", "Ridge on shared", "λ_E", 5e-4, "the shared attribute embeddings E"),
      ridge_parameter("lambda_f", "Ridge on own", "λ_F", 5e-3, "the contexts' residuals F"),
  };
  for (auto& parameter : ridge_path_parameters()) entry.parameters.push_back(std::move(parameter));
  entry.refuses = [](const TaskTraits& traits) {
    return traits.has_factors ? std::string{} : "needs latent factors";
  };
  entry.optimizers = {"gd", "momentum", "adamw"};
  entry.default_learning_rate = ufm_entry().default_learning_rate;
  entry.make_float = [](const ModelSetup& setup) { return std::make_unique<AdditiveUfm<float>>(setup); };
  entry.make_double = [](const ModelSetup& setup) { return std::make_unique<AdditiveUfm<double>>(setup); };
  return entry;
}

}  // namespace gramscope
