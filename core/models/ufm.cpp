#include "core/models/ufm.h"

namespace gramscope {

template <class T>
Ufm<T>::Ufm(const ModelSetup& setup) : UfmBase<T>(setup) {
  this->begin(setup);
}

template <class T>
void Ufm<T>::configure(const Config& config) {
  UfmBase<T>::configure(config);
  lambda_w_ = static_cast<T>(config.real("reg.lambda_w"));
  lambda_h_ = static_cast<T>(config.real("reg.lambda_h"));
}

template <class T>
void Ufm<T>::add_feature_tensors(Index d) {
  this->layout_.add("H", d, this->task_->contexts);
}

template <class T>
void Ufm<T>::features(Matrix<T>& h) const {
  h = view(this->parameters_, this->layout_.tensor(kFeatures));
}

template <class T>
void Ufm<T>::pull_back(const Matrix<T>& h_gradient, Vector<T>& gradient) const {
  view(gradient, this->layout_.tensor(kFeatures)) = h_gradient;
}

template <class T>
void Ufm<T>::set_features(const MatrixD& h, const MatrixD&, const Vector<T>&, const ParameterLayout&) {
  view(this->parameters_, this->layout_.tensor(kFeatures)) = h.template cast<T>();
}

template class Ufm<float>;
template class Ufm<double>;

Parameter ufm_dimension_parameter() {
  return in_group(with_slider(integer_parameter("model.d", "Dimension", "d", 32, 1, 1024, Scale::log, Effect::live,
                                                "Entries of every embedding. K classes need K - 1 of them to be "
                                                "equally far apart."),
                              2, 256),
                  "Capacity");
}

Parameter ufm_init_scale_parameter() {
  return with_slider(real_parameter("model.init_scale", "Init scale", "σ", 0.01, 1e-8, 10.0, Scale::log,
                                    Effect::restart, "Standard deviation of the initial weights."),
                     1e-4, 1.0);
}

Parameter ridge_parameter(const std::string& name, const std::string& label, const std::string& symbol,
                          double default_value, const std::string& of) {
  auto parameter = with_slider(
      real_parameter("reg." + name, label, symbol, default_value, 0.0, 10.0, Scale::log_with_zero, Effect::live,
                     "Ridge on " + of + ": the objective has half of it times their squared norm."),
      0.0, 0.1);
  parameter.log_floor = 1e-7;
  return parameter;
}

ModelEntry ufm_entry() {
  ModelEntry entry;
  entry.key = "ufm";
  entry.label = "UFM";
  entry.summary = "Unconstrained features: every context's embedding is free to go where the loss sends it.";
  entry.source = "IG Def. 1 (arXiv 2408.15417); Zhu et al. 2021";
  entry.parameters = {
      ufm_init_scale_parameter(),
      ufm_dimension_parameter(),
      ridge_parameter("lambda_w", "Ridge on words", "λ_W", 5e-4, "the word embeddings W"),
      ridge_parameter("lambda_h", "Ridge on contexts", "λ_H", 5e-4, "the context embeddings H"),
  };
  for (auto& parameter : ridge_path_parameters()) entry.parameters.push_back(std::move(parameter));
  entry.optimizers = {"gd", "momentum", "adamw"};
  entry.default_learning_rate = [](std::string_view optimizer) {
    return optimizer == "adamw" ? 0.01 : optimizer == "momentum" ? 1.0 : 10.0;
  };
  entry.make_float = [](const ModelSetup& setup) { return std::make_unique<Ufm<float>>(setup); };
  entry.make_double = [](const ModelSetup& setup) { return std::make_unique<Ufm<double>>(setup); };
  return entry;
}

}  // namespace gramscope
