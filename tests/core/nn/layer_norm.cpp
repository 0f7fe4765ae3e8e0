#include "core/nn/layer_norm.h"

#include <doctest/doctest.h>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

namespace {

struct LayerNorm {
  LayerNorm(Index d, Index n) : normalised(d, n), inverse_deviation(n), output(d, n) {}
  void forward(const MatrixD& input, const VectorD& gain, const VectorD& bias) {
    layer_norm_forward<double>(input, gain, bias, normalised, inverse_deviation, output);
  }
  MatrixD normalised;
  VectorD inverse_deviation;
  MatrixD output;
};

}  // namespace

TEST_CASE("layer_norm: gradients of gain, bias and input are those of central differences") {
  for (Index d : {3, 8, 33}) {
    Random random(static_cast<std::uint64_t>(d));
    MatrixD input = 2.0 * random_matrix(d, 5, random);
    VectorD gain = random_matrix(d, 1, random);
    VectorD bias = random_matrix(d, 1, random);
    const MatrixD along = random_matrix(d, 5, random);
    LayerNorm norm(d, 5);
    const auto value = [&] {
      norm.forward(input, gain, bias);
      return norm.output.cwiseProduct(along).sum();
    };
    value();
    VectorD gain_gradient = VectorD::Zero(d);
    VectorD bias_gradient = VectorD::Zero(d);
    MatrixD input_gradient = MatrixD::Zero(d, 5);
    layer_norm_backward<double>(norm.normalised, norm.inverse_deviation, gain, along, gain_gradient,
                                bias_gradient, input_gradient);
    CHECK(difference_error(input, input_gradient, value) < 1e-8);
    CHECK(difference_error(gain, gain_gradient, value) < 1e-10);
    CHECK(difference_error(bias, bias_gradient, value) < 1e-10);
  }
}

TEST_CASE("layer_norm: with gain 1 and no bias columns have mean 0 and variance v / (v + 1e-5)") {
  Random random(4);
  const MatrixD input = 0.01 * random_matrix(12, 6, random);
  LayerNorm norm(12, 6);
  norm.forward(input, VectorD::Ones(12), VectorD(0));
  for (Index j = 0; j < 6; ++j) {
    const double variance = (input.col(j).array() - input.col(j).mean()).square().mean();
    CHECK(norm.output.col(j).mean() == doctest::Approx(0.0).epsilon(1e-14));
    CHECK(norm.output.col(j).squaredNorm() / 12.0 ==
          doctest::Approx(variance / (variance + 1e-5)).epsilon(1e-12));
  }
  CHECK(norm.output == norm.normalised);
}

TEST_CASE("layer_norm: a constant column gives the bias") {
  LayerNorm norm(4, 1);
  const VectorD bias = VectorD::LinSpaced(4, 1.0, 4.0);
  norm.forward(MatrixD::Constant(4, 1, 7.0), VectorD::Constant(4, 3.0), bias);
  CHECK(norm.output.col(0) == bias);
}

TEST_CASE("layer_norm: the input's gradient is added, and orthogonal to shifts of the column") {
  Random random(5);
  const MatrixD input = random_matrix(9, 4, random);
  const VectorD gain = random_matrix(9, 1, random);
  LayerNorm norm(9, 4);
  norm.forward(input, gain, VectorD(0));
  VectorD gain_gradient = VectorD::Zero(9);
  VectorD none(0);
  const MatrixD along = random_matrix(9, 4, random);
  MatrixD once = MatrixD::Zero(9, 4);
  layer_norm_backward<double>(norm.normalised, norm.inverse_deviation, gain, along, gain_gradient, none,
                              once);
  MatrixD twice = once;
  layer_norm_backward<double>(norm.normalised, norm.inverse_deviation, gain, along, gain_gradient, none,
                              twice);
  CHECK((twice - 2.0 * once).norm() < 1e-13);
  CHECK(once.colwise().sum().norm() < 1e-13);
}
