#include "tests/core/models/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random/philox.h"

namespace gramscope {

double gradient_distance(const MatrixD& g, const MatrixD& other, double whole_norm) {
  const double scale = std::max({g.norm(), other.norm(), 1e-8 * whole_norm});
  const double distance = (g - other).norm();
  return distance == 0.0 ? 0.0 : distance / scale;
}

GradientCheck check_gradient(std::unique_ptr<Model<double>> model, std::uint64_t seed, double spread,
                             Index most_entries) {
  Random random(seed);
  for (const auto& shape : model->layout().tensors()) {
    auto tensor = view(model->parameters(), shape);
    for (Index i = 0; i < tensor.size(); ++i) tensor(i) += spread * random.normal();
  }

  GradientCheck result;
  VectorD gradient = VectorD::Zero(model->layout().size());
  result.objective = model->gradient(gradient).total();
  VectorD padding = gradient;
  for (const auto& shape : model->layout().tensors()) view(padding, shape).setZero();
  result.padding = padding.cwiseAbs().maxCoeff();

  VectorD unused = VectorD::Zero(model->layout().size());
  const auto error_at = [&](const TensorShape& shape, double step) {
    const Index count = std::min(most_entries, shape.size());
    VectorD analytic(count);
    VectorD numeric(count);
    for (Index n = 0; n < count; ++n) {
      const Index entry = shape.offset + n * shape.size() / count;
      const double before = model->parameters()(entry);
      const auto at = [&](double displacement) {
        model->parameters()(entry) = before + displacement;
        return model->gradient(unused).total();
      };
      const double near = at(step) - at(-step);
      const double far = at(2.0 * step) - at(-2.0 * step);
      model->parameters()(entry) = before;
      numeric(n) = (8.0 * near - far) / (12.0 * step);
      analytic(n) = gradient(entry);
    }
    // A difference cannot be better than the rounding of the objective.
    const double rounding =
        4.0 * std::numeric_limits<double>::epsilon() * std::max(1.0, std::abs(result.objective));
    const double noise = rounding / step * std::sqrt(static_cast<double>(count));
    const double distance = (analytic - numeric).norm();
    const double scale = std::max({analytic.norm(), numeric.norm(), 1e-8 * gradient.norm()});
    return distance <= noise ? 0.0 : (distance - noise) / scale;
  };
  for (const auto& shape : model->layout().tensors()) {
    double error = error_at(shape, 4e-4);
    // Norms of few units bend within sqrt(1e-5), and relu has a kink: there the step must be shorter. A wrong gradient
    // is wrong at every step.
    for (const double step : {5e-5, 5e-6})
      if (!(error < 1e-6)) error = std::min(error, error_at(shape, step));
    if (!(error <= result.error)) {
      result.error = error;
      result.tensor = shape.name;
    }
  }
  return result;
}

}  // namespace gramscope
