#include "core/models/readout.h"

#include "core/nn/kernel_alignment.h"
#include "core/nn/softmax_cross_entropy.h"

namespace gramscope {

template <class T>
Readout<T>::Readout(std::shared_ptr<const Task> task, const Config& config) : task_(std::move(task)) {
  configure(config);
}

template <class T>
void Readout<T>::configure(const Config& config) {
  gamma_ = config.real_or("reg.gamma", 0.0);
  if (gamma_ > 0.0 && kernel_.size() == 0) {
    MatrixD kernel = task_->semantic_kernel;
    kernel.rowwise() -= kernel.colwise().mean().eval();
    kernel.colwise() -= kernel.rowwise().mean().eval();
    kernel_norm_ = kernel.norm();
    kernel_ = kernel.template cast<T>();
  }
}

template <class T>
double Readout<T>::cross_entropy(MatrixIn<T> w, MatrixIn<T> h, Index first_context, MatrixOut<T> w_gradient,
                                 MatrixOut<T> h_gradient) {
  if (logits_.cols() < h.cols() || logits_.rows() != w.rows()) logits_.resize(w.rows(), h.cols());
  auto logits = logits_.leftCols(h.cols());
  logits.noalias() = w * h;
  const double cross_entropy = softmax_cross_entropy<T>(logits, task_->targets, task_->weight, first_context);
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
  Matrix<T> none(h.rows(), 0);
  return alignment_penalty(h, none);
}

template class Readout<float>;
template class Readout<double>;

}  // namespace gramscope
