#include "core/nn/activation.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/nn/gelu.h"
#include "tests/core/nn/central_difference.h"

using namespace gramscope;

namespace {

constexpr Activation kAll[] = {Activation::gelu, Activation::relu, Activation::tanh};

}  // namespace

TEST_CASE("activation: gradients are those of central differences") {
  for (const auto activation : kAll) {
    Random random(3);
    MatrixD input = random_matrix(37, 4, random);
    // Away from the kink of relu, where there is no derivative.
    input = (input.array().abs() < 0.01).select(MatrixD::Constant(37, 4, 0.5), input);
    const MatrixD along = random_matrix(37, 4, random);
    MatrixD slope, output(37, 4);
    const auto value = [&] {
      slope = input;
      activation_forward<double>(activation, slope, output);
      return output.cwiseProduct(along).sum();
    };
    value();
    MatrixD gradient = along;
    activation_backward<double>(slope, gradient);
    CHECK(difference_error(input, gradient, value) < 1e-8);
  }
}

TEST_CASE("activation: values are those of the standard library, in both precisions") {
  for (const double x : {-20.0, -1.0, -1e-3, 0.0, 1e-3, 0.7, 5.0, 20.0}) {
    const double expected[] = {0.5 * x * std::erfc(-x / std::sqrt(2.0)), std::max(x, 0.0), std::tanh(x)};
    for (std::size_t i = 0; i < 3; ++i) {
      MatrixD input = MatrixD::Constant(9, 1, x), output(9, 1);
      activation_forward<double>(kAll[i], input, output);
      CHECK((output.array() - expected[i]).abs().maxCoeff() <= 1e-15 * std::max(1.0, std::abs(x)));
      MatrixF input_f = MatrixF::Constant(9, 1, static_cast<float>(x)), output_f(9, 1);
      activation_forward<float>(kAll[i], input_f, output_f);
      CHECK((output_f.array() - static_cast<float>(expected[i])).abs().maxCoeff() <= 1e-6 * std::max(1.0, std::abs(x)));
    }
  }
}

TEST_CASE("activation: what is not a number stays so, whatever the size of the column") {
  for (const auto activation : kAll) {
    for (Index rows : {1, 7, 64}) {
      MatrixF input = MatrixF::Constant(rows, 1, std::numeric_limits<float>::quiet_NaN()), output(rows, 1);
      activation_forward<float>(activation, input, output);
      CHECK(output.array().isNaN().all());
    }
  }
}
