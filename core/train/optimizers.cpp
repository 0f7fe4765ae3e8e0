#include "core/train/optimizers.h"

#include <cassert>
#include <cmath>

namespace gramscope {

namespace {

// Each step is one plain loop over flat memory: every array is read and written once. The loops vectorise
// because the arrays are declared not to overlap and no entry depends on another.

template <class T>
class GradientDescent final : public Optimizer<T> {
 public:
  explicit GradientDescent(Index size) : size_(size) {}

  void step(Vector<T>& parameters, const Vector<T>& gradient) override {
    assert(parameters.size() == size_ && gradient.size() == size_);
    descend(parameters.data(), gradient.data());
    ++this->state_.steps;
  }

 private:
  void descend(T* __restrict theta, const T* __restrict g) const {
    const T rate = static_cast<T>(this->rate_);
    for (Index i = 0; i < size_; ++i) theta[i] -= rate * g[i];
  }

  Index size_;
};

template <class T>
class Momentum final : public Optimizer<T> {
 public:
  explicit Momentum(Index size) : size_(size) { this->state_.buffers.assign(1, Vector<T>::Zero(size)); }

  void configure(const Config& config) override {
    Optimizer<T>::configure(config);
    momentum_ = static_cast<T>(config.real("optimizer.momentum"));
  }

  void step(Vector<T>& parameters, const Vector<T>& gradient) override {
    assert(parameters.size() == size_ && gradient.size() == size_);
    roll(parameters.data(), gradient.data(), this->state_.buffers[0].data());
    ++this->state_.steps;
  }

 private:
  void roll(T* __restrict theta, const T* __restrict g, T* __restrict b) const {
    const T rate = static_cast<T>(this->rate_);
    const T momentum = momentum_;
    for (Index i = 0; i < size_; ++i) {
      b[i] = momentum * b[i] + g[i];
      theta[i] -= rate * b[i];
    }
  }

  Index size_;
  T momentum_ = T(0);
};

template <class T>
class AdamW final : public Optimizer<T> {
 public:
  explicit AdamW(Index size) : size_(size) { this->state_.buffers.assign(2, Vector<T>::Zero(size)); }

  void configure(const Config& config) override {
    Optimizer<T>::configure(config);
    decay_ = config.real("optimizer.weight_decay");
  }

  void step(Vector<T>& parameters, const Vector<T>& gradient) override {
    assert(parameters.size() == size_ && gradient.size() == size_);
    ++this->state_.steps;
    adapt(parameters.data(), gradient.data(), this->state_.buffers[0].data(), this->state_.buffers[1].data());
  }

 private:
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr double kEpsilon = 1e-8;

  void adapt(T* __restrict theta, const T* __restrict g, T* __restrict m, T* __restrict v) const {
    const auto t = static_cast<double>(this->state_.steps);
    const T keep = static_cast<T>(1.0 - this->rate_ * decay_);
    const T first = static_cast<T>(1.0 - kBeta1);
    const T second_keep = static_cast<T>(kBeta2);
    const T second = static_cast<T>(1.0 - kBeta2);
    const T stride = static_cast<T>(this->rate_ / (1.0 - std::pow(kBeta1, t)));
    const T root_scale = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(kBeta2, t)));
    const T epsilon = static_cast<T>(kEpsilon);
    for (Index i = 0; i < size_; ++i) {
      m[i] += first * (g[i] - m[i]);
      v[i] = second_keep * v[i] + second * g[i] * g[i];
      theta[i] = keep * theta[i] - stride * m[i] / (std::sqrt(v[i]) * root_scale + epsilon);
    }
  }

  Index size_;
  double decay_ = 0.0;
};

/// Fills the factories of an entry.
template <template <class> class Rule>
OptimizerEntry entry_of(std::string key, std::string label, std::string summary, std::string source) {
  OptimizerEntry entry;
  entry.key = std::move(key);
  entry.label = std::move(label);
  entry.summary = std::move(summary);
  entry.source = std::move(source);
  entry.make_float = [](Index size) { return std::make_unique<Rule<float>>(size); };
  entry.make_double = [](Index size) { return std::make_unique<Rule<double>>(size); };
  return entry;
}

}  // namespace

OptimizerEntry gradient_descent_entry() {
  return entry_of<GradientDescent>("gd", "Gradient descent", "Follows the gradient, as far as the learning rate says.",
                                   "Cauchy 1847");
}

OptimizerEntry momentum_entry() {
  auto entry =
      entry_of<Momentum>("momentum", "Momentum",
                         "Follows a decaying sum of past gradients, as a heavy ball would.", "Polyak 1964");
  entry.parameters = {real_parameter("optimizer.momentum", "Momentum", "μ", 0.9, 0.0, 0.999, Scale::linear,
                                     Effect::live, "Share of the velocity that survives a step.")};
  return entry;
}

OptimizerEntry adamw_entry() {
  auto entry = entry_of<AdamW>("adamw", "AdamW",
                               "Gives every parameter its own step, from the recent size of its gradient.",
                               "Loshchilov, Hutter 2019 (arXiv 1711.05101), algorithm 2");
  entry.parameters = {real_parameter(
      "optimizer.weight_decay", "Weight decay", "λ", 0.01, 0.0, 1.0, Scale::log_with_zero, Effect::live,
      "Pull of every parameter towards zero, apart from the gradient; per unit of "
      "learning rate and step.")};
  return entry;
}

}  // namespace gramscope
