#include "core/models/readout.h"

#include "core/linalg/gram.h"
#include "core/nn/kernel_alignment.h"
#include "core/nn/softmax_cross_entropy.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

constexpr std::int64_t kMostFactors = 16;

std::string kernel_of(const Config& config) { return config.text_or("reg.kernel", "semantic"); }

/// The factor that reg.factor counts, from 0.
std::int64_t factor_of(const Config& config) { return config.integer("reg.factor") - 1; }

bool has_same_kernel(const Config& a, const Config& b) {
  return kernel_of(a) == kernel_of(b) && (kernel_of(a) != "factor" || factor_of(a) == factor_of(b));
}

}  // namespace

std::vector<Parameter> readout_parameters(const TaskTraits& traits) {
  std::vector<Choice> kernels{
      {"semantic", "Semantic", "contexts are alike by the number of factor values that they share"},
      {"factor", "One factor", "contexts are alike where they share the value of one factor"},
      {"symmetric", "Symmetric", "no two contexts are alike: a reward for collapse"},
  };
  if (!traits.has_factors)
    for (auto& choice : kernels)
      if (choice.key != "symmetric") choice.unavailable = "the task has no latent factors";
  auto gamma = with_slider(real_parameter("reg.gamma", "Alignment reward", "γ", 0.0, 0.0, 1000.0, Scale::log_with_zero,
                                          Effect::live,
                                          "Weight of the reward for alignment: the objective has γ(1 − CKA(HᵀH, K))."),
                           0.0, 0.3);
  gamma.log_floor = 1e-5;
  return {
      with_slider(real_parameter("reg.smoothing", "Label smoothing", "ε", 0.0, 0.0, 1.0, Scale::linear, Effect::live,
                                 "Share of every target that is spread evenly over all words."),
                  0.0, 0.5),
      std::move(gamma),
      only_with(choice_parameter("reg.kernel", "Aligned with", traits.has_factors ? "semantic" : "symmetric",
                                 std::move(kernels), Effect::live, "The kernel K that agreement is rewarded with."),
                "reg.gamma"),
      only_with(with_slider(integer_parameter("reg.factor", "Factor", "", 1, 1, kMostFactors, Scale::linear, Effect::live,
                                              "Which of the task's latent factors, counted from 1."),
                            1, 5),
                "reg.kernel", "factor"),
  };
}

void check_readout(const Config& config, const Task& task) {
  if (!(config.real_or("reg.gamma", 0.0) > 0.0)) return;
  const auto kernel = kernel_of(config);
  if (kernel == "semantic" && task.semantic_kernel.size() == 0)
    throw UsageError("reg.kernel = semantic: the task has no latent factors");
  const auto factors = static_cast<std::int64_t>(task.factors.size());
  if (kernel == "factor" && factor_of(config) >= factors)
    throw UsageError("reg.factor = " + std::to_string(factor_of(config) + 1) + ": the task has " +
                     (factors == 1 ? "one latent factor" : std::to_string(factors) + " latent factors"));
}

MatrixD alignment_kernel(const Config& config, const Task& task) {
  const auto kernel = kernel_of(config);
  if (kernel == "symmetric") return MatrixD::Identity(task.contexts, task.contexts);
  if (kernel == "semantic") return task.semantic_kernel;
  return shared_value_kernel({task.factors[static_cast<std::size_t>(factor_of(config))]}, task.contexts);
}

template <class T>
Readout<T>::Readout(std::shared_ptr<const Task> task, const Config& config) : task_(std::move(task)) {
  configure(config);
}

template <class T>
void Readout<T>::configure(const Config& config) {
  smoothing_ = config.real_or("reg.smoothing", 0.0);
  gamma_ = config.real_or("reg.gamma", 0.0);
  if (gamma_ > 0.0 && (kernel_.size() == 0 || !has_same_kernel(kernel_config_, config))) {
    check_readout(config, *task_);
    const MatrixD kernel = centre_kernel(alignment_kernel(config, *task_));
    kernel_norm_ = kernel.norm();
    kernel_ = kernel.template cast<T>();
    kernel_config_ = config;
  }
}

template <class T>
double Readout<T>::cross_entropy(MatrixIn<T> w, MatrixIn<T> h, Index first_context, MatrixOut<T> w_gradient,
                                 MatrixOut<T> h_gradient) {
  if (logits_.cols() < h.cols() || logits_.rows() != w.rows()) logits_.resize(w.rows(), h.cols());
  auto logits = logits_.leftCols(h.cols());
  logits.noalias() = w * h;
  const double cross_entropy = softmax_cross_entropy<T>(logits, task_->targets, task_->weight, first_context, smoothing_);
  // L = W H  =>  dW += dL H^T,  dH = W^T dL
  w_gradient.noalias() += logits * h.transpose();
  h_gradient.noalias() = w.transpose() * logits;
  return cross_entropy;
}

template <class T>
double Readout<T>::alignment_penalty(MatrixIn<T> h, MatrixOut<T> h_gradient) const {
  if (!rewards_alignment()) return 0.0;
  return gamma_ * (1.0 - kernel_alignment<T>(h, kernel_, kernel_norm_, -gamma_, h_gradient));
}

template <class T>
double Readout<T>::alignment_penalty(MatrixIn<T> h) const {
  if (!rewards_alignment()) return 0.0;
  const MatrixD kernel = centre_kernel(alignment_kernel(kernel_config_, *task_));
  const MatrixD exact = h.template cast<double>();
  MatrixD none(h.rows(), 0);
  return gamma_ * (1.0 - kernel_alignment<double>(exact, kernel, kernel.norm(), 0.0, none));
}

template class Readout<float>;
template class Readout<double>;

}  // namespace gramscope
