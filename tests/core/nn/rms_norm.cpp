#include "core/nn/rms_norm.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

namespace {

struct RmsNorm {
  RmsNorm(Index d, Index n) : normalised(d, n), inverse_deviation(n), output(d, n) {}
  void forward(const MatrixD& input, const VectorD& gain) {
    rms_norm_forward<double>(input, gain, normalised, inverse_deviation, output);
  }
  MatrixD normalised;
  VectorD inverse_deviation;
  MatrixD output;
};

}  // namespace

TEST_CASE("rms_norm: gradients of gain and input are those of central differences") {
  for (Index d : {3, 8, 33}) {
    Random random(static_cast<std::uint64_t>(d));
    MatrixD input = 2.0 * random_matrix(d, 5, random);
    VectorD gain = random_matrix(d, 1, random);
    const MatrixD along = random_matrix(d, 5, random);
    RmsNorm norm(d, 5);
    const auto value = [&] {
      norm.forward(input, gain);
      return norm.output.cwiseProduct(along).sum();
    };
    value();
    VectorD gain_gradient = VectorD::Zero(d);
    MatrixD input_gradient = MatrixD::Zero(d, 5);
    rms_norm_backward<double>(norm.normalised, norm.inverse_deviation, gain, along, gain_gradient, input_gradient);
    CAPTURE(d);
    CHECK(difference_error(input, input_gradient, value) < 1e-8);
    CHECK(difference_error(gain, gain_gradient, value) < 1e-10);
  }
}

TEST_CASE("rms_norm: with gain 1 columns have mean square s / (s + 1e-5), and keep their direction") {
  Random random(4);
  const MatrixD input = 0.01 * random_matrix(12, 6, random);
  RmsNorm norm(12, 6);
  norm.forward(input, VectorD::Ones(12));
  for (Index j = 0; j < 6; ++j) {
    const double square = input.col(j).squaredNorm() / 12.0;
    CHECK(norm.output.col(j).squaredNorm() / 12.0 == doctest::Approx(square / (square + 1e-5)).epsilon(1e-12));
    CHECK(norm.output.col(j).normalized().dot(input.col(j).normalized()) == doctest::Approx(1.0).epsilon(1e-14));
  }
}

TEST_CASE("rms_norm: of a column with mean 0 it is the layer normalisation without bias") {
  Random random(6);
  MatrixD input = random_matrix(10, 4, random);
  input.rowwise() -= input.colwise().mean().eval();
  const VectorD gain = random_matrix(10, 1, random);
  RmsNorm norm(10, 4);
  norm.forward(input, gain);
  MatrixD normalised(10, 4);
  VectorD inverse(4);
  MatrixD output(10, 4);
  layer_norm_forward<double>(input, gain, VectorD(0), normalised, inverse, output);
  CHECK((norm.output - output).norm() < 1e-13);
}

TEST_CASE("rms_norm: a zero column gives 0, and its gradient is finite") {
  RmsNorm norm(4, 1);
  norm.forward(MatrixD::Zero(4, 1), VectorD::Constant(4, 3.0));
  CHECK(norm.output.isZero(0.0));
  VectorD gain_gradient = VectorD::Zero(4);
  MatrixD input_gradient = MatrixD::Zero(4, 1);
  rms_norm_backward<double>(norm.normalised, norm.inverse_deviation, VectorD::Constant(4, 3.0), MatrixD::Ones(4, 1),
                            gain_gradient, input_gradient);
  CHECK(input_gradient(0) == doctest::Approx(3.0 / std::sqrt(1e-5)).epsilon(1e-12));
}
