#include "core/nn/swiglu.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

TEST_CASE("swiglu: both gradients are those of central differences, also across blocks of rows") {
  for (Index rows : {1, 5, 300}) {
    Random random(static_cast<std::uint64_t>(rows));
    MatrixD gate = 2.0 * random_matrix(rows, 3, random);
    MatrixD up = random_matrix(rows, 3, random);
    const MatrixD along = random_matrix(rows, 3, random);
    MatrixD gate_slope, up_slope, output(rows, 3);
    const auto value = [&] {
      gate_slope = gate;
      up_slope = up;
      swiglu_forward<double>(gate_slope, up_slope, output);
      return output.cwiseProduct(along).sum();
    };
    value();
    MatrixD gate_gradient(rows, 3), up_gradient(rows, 3);
    swiglu_backward<double>(gate_slope, up_slope, along, gate_gradient, up_gradient);
    CHECK(difference_error(gate, gate_gradient, value) < 1e-8);
    CHECK(difference_error(up, up_gradient, value) < 1e-8);
    // Over the slopes, as a layer without room to spare has it.
    value();
    swiglu_backward<double>(gate_slope, up_slope, along, gate_slope, up_slope);
    CHECK(gate_slope == gate_gradient);
    CHECK(up_slope == up_gradient);
  }
}

TEST_CASE("swiglu: values are a b / (1 + exp(-a))") {
  const double as[] = {-30.0, -1.5, 0.0, 0.25, 2.0, 40.0};
  for (const double a : as) {
    for (const double b : {-2.0, 0.0, 3.0}) {
      MatrixD gate = MatrixD::Constant(1, 1, a), up = MatrixD::Constant(1, 1, b), output(1, 1);
      swiglu_forward<double>(gate, up, output);
      CHECK(output(0) == doctest::Approx(a * b / (1.0 + std::exp(-a))).epsilon(1e-14));
    }
  }
}

TEST_CASE("swiglu: far arguments stay finite, what is not a number stays so") {
  for (const float a : {-1e4f, 1e4f}) {
    MatrixF gate = MatrixF::Constant(9, 1, a), up = MatrixF::Ones(9, 1), output(9, 1);
    swiglu_forward<float>(gate, up, output);
    CHECK(output.isConstant(a > 0.0f ? a : 0.0f));
    CHECK(gate.isConstant(a > 0.0f ? 1.0f : 0.0f));
  }
  for (const int which : {0, 1}) {
    MatrixF arguments[] = {MatrixF::Ones(9, 1), MatrixF::Ones(9, 1)};
    arguments[which].setConstant(std::numeric_limits<float>::quiet_NaN());
    MatrixF output(9, 1);
    swiglu_forward<float>(arguments[0], arguments[1], output);
    CHECK(output.array().isNaN().all());
  }
}
