#include "core/theory/mode_growth.h"

#include <Eigen/Core>
#include <cassert>
#include <cmath>
#include <limits>

namespace gramscope {

namespace {

double sigma_of(double singular_value, const GrowthSetting& setting) { return (1.0 - setting.smoothing) * singular_value; }

/// One step of (a, b, velocity of a, velocity of b).
using Transition = Eigen::Matrix4d;

Transition transition(double sigma, const GrowthSetting& setting) {
  Eigen::Matrix2d gradient;
  gradient << setting.lambda_w, -sigma, -setting.kappa * sigma, setting.kappa * setting.lambda_h;
  // v' = mu v + g x, x' = x - eta v'
  Transition step;
  step.topLeftCorner<2, 2>() = Eigen::Matrix2d::Identity() - setting.learning_rate * gradient;
  step.topRightCorner<2, 2>() = -setting.learning_rate * setting.momentum * Eigen::Matrix2d::Identity();
  step.bottomLeftCorner<2, 2>() = gradient;
  step.bottomRightCorner<2, 2>() = setting.momentum * Eigen::Matrix2d::Identity();
  return step;
}

Transition power(Transition base, std::int64_t exponent) {
  Transition result = Transition::Identity();
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = base * result;
    base = base * base;
  }
  return result;
}

}  // namespace

GrowthTheory growth_theory(const Config& config, const ModeGroup& group) {
  GrowthTheory theory;
  const auto& model = config.text("model.kind");
  const bool has_kernel = model == "kernel_ufm";
  const auto& optimizer = config.text("optimizer.kind");
  if (model != "ufm" && !has_kernel)
    theory.undefined = "the growth of a mode is known for the UFM and the kernel UFM only";
  else if (optimizer != "gd" && optimizer != "momentum")
    theory.undefined = "the growth of a mode is known for gradient descent and momentum only";
  else if (config.text_or("optimizer.schedule", "constant") != "constant" ||
           (config.contains("optimizer.warmup") && config.integer("optimizer.warmup") > 0))
    theory.undefined = "the learning rate changes with the step";
  else if (config.text_or("reg.path", "constant") != "constant")
    theory.undefined = "the ridge changes with the step";
  else if (config.real_or("reg.gamma", 0.0) > 0.0)
    theory.undefined = "the reward for alignment is not linear at small weights";
  else if (has_kernel && config.real("model.alpha") > 0.0 && !group.is_kernel_exact)
    theory.undefined = "the mode is no eigenvector of the kernel in which the features move";
  if (!theory.undefined.empty()) return theory;

  auto& setting = theory.setting;
  setting.learning_rate = config.real("optimizer.lr");
  setting.momentum = optimizer == "momentum" ? config.real("optimizer.momentum") : 0.0;
  setting.lambda_w = config.real("reg.lambda_w");
  setting.lambda_h = config.real("reg.lambda_h");
  setting.smoothing = config.real_or("reg.smoothing", 0.0);
  if (has_kernel)
    setting.kappa = config.real("model.alpha") * group.kernel_eigenvalue + config.real("model.beta");
  return theory;
}

double growth_rate(double singular_value, const GrowthSetting& setting) {
  const double sigma = sigma_of(singular_value, setting);
  const double w = setting.lambda_w;
  const double h = setting.kappa * setting.lambda_h;
  return 0.5 * (-(w + h) + std::sqrt((w - h) * (w - h) + 4.0 * setting.kappa * sigma * sigma));
}

double growth_per_step(double singular_value, const GrowthSetting& setting) {
  const double mu = setting.momentum;
  const double rise = setting.learning_rate * growth_rate(singular_value, setting);
  const double half = 0.5 * (1.0 + mu + rise);
  // half^2 - mu, written so that nothing cancels at momentum 0
  const double discriminant = 0.25 * ((1.0 - mu) * (1.0 - mu) + rise * (2.0 + 2.0 * mu + rise));
  if (discriminant < 0.0) return mu;
  const double root = half + std::copysign(std::sqrt(discriminant), half);
  return root * root;
}

std::vector<double> early_course(const ModeGroup& group, const MatrixD& w, const MatrixD& h, const GrowthSetting& setting,
                                 std::span<const std::int64_t> steps) {
  const MatrixD a = w.transpose() * group.u;
  const MatrixD b = h * group.v;
  const auto count = static_cast<double>(group.count());
  const double aa = a.squaredNorm() / count;
  const double ab = a.cwiseProduct(b).sum() / count;
  const double bb = b.squaredNorm() / count;

  const Transition step = transition(sigma_of(group.singular_value, setting), setting);
  Transition course = Transition::Identity();
  std::int64_t at = 0;
  std::vector<double> values;
  for (const std::int64_t wanted : steps) {
    assert(wanted >= at);
    course = power(step, wanted - at) * course;
    at = wanted;
    // a_t = p a + q b and b_t = r a + s b
    const double p = course(0, 0);
    const double q = course(0, 1);
    const double r = course(1, 0);
    const double s = course(1, 1);
    const double value = p * r * aa + (p * s + q * r) * ab + q * s * bb;
    values.push_back(std::isfinite(value) ? value : std::numeric_limits<double>::infinity());
  }
  return values;
}

}  // namespace gramscope
