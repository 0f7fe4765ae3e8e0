#include "core/models/kernel_ufm.h"

namespace gramscope {

template <class T>
KernelUfm<T>::KernelUfm(const ModelSetup& setup) : Ufm<T>(setup), attributes_(*setup.task) {
  configure(setup.config);
}

template <class T>
void KernelUfm<T>::configure(const Config& config) {
  Ufm<T>::configure(config);
  alpha_ = static_cast<T>(config.real("model.alpha"));
  beta_ = static_cast<T>(config.real("model.beta"));
}

template <class T>
void KernelUfm<T>::precondition(Vector<T>& gradient) const {
  auto h_gradient = view(gradient, this->layout_.tensor(this->kFeatures));
  // G K = (alpha/k) (G A^T) A + beta G: two sparse products instead of an m×m one.
  by_value_.resize(h_gradient.rows(), attributes_.values());
  attributes_.times_transpose(h_gradient, by_value_);
  by_value_ *= alpha_ / static_cast<T>(attributes_.factors());
  h_gradient *= beta_;
  attributes_.add_times(by_value_, h_gradient);
}

template class KernelUfm<float>;
template class KernelUfm<double>;

ModelEntry kernel_ufm_entry() {
  ModelEntry entry = ufm_entry();
  entry.key = "kernel_ufm";
  entry.label = "Kernel UFM";
  entry.summary = "Free features that move together where contexts share attributes: structure comes, then goes.";
  entry.source = "this program's reconstruction of the modified UFM of SBC (arXiv 2606.26749)";
  auto alpha = with_slider(real_parameter("model.alpha", "Sharing", "α", 1.0, 0.0, 100.0, Scale::linear, Effect::live,
                                          "How strongly contexts that share an attribute move together."),
                           0.0, 2.0);
  auto beta = with_slider(real_parameter("model.beta", "Own capacity", "β", 0.2, 0.0, 100.0, Scale::log_with_zero,
                                         Effect::live,
                                         "How freely a context moves alone; at 0 the structure is permanent."),
                          0.0, 2.0);
  beta.log_floor = 1e-3;
  entry.parameters.insert(entry.parameters.begin(), {std::move(alpha), std::move(beta)});
  // AdamW's entrywise normalisation would undo the kernel.
  entry.refuses = [](const TaskTraits& traits) {
    return traits.has_factors ? std::string{} : "needs latent factors";
  };
  entry.optimizers = {"gd", "momentum"};
  entry.make_float = [](const ModelSetup& setup) { return std::make_unique<KernelUfm<float>>(setup); };
  entry.make_double = [](const ModelSetup& setup) { return std::make_unique<KernelUfm<double>>(setup); };
  return entry;
}

}  // namespace gramscope
