#include "core/nn/linear.h"

#include <doctest/doctest.h>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

TEST_CASE("linear: gradients of weight, bias and input are those of central differences") {
  Random random(1);
  MatrixD weight = random_matrix(5, 3, random);
  VectorD bias = random_matrix(5, 1, random);
  MatrixD input = random_matrix(3, 7, random);
  const MatrixD along = random_matrix(5, 7, random);  // the gradient of the output
  MatrixD output(5, 7);
  const auto value = [&] {
    linear_forward<double>(weight, bias, input, output);
    return output.cwiseProduct(along).sum();
  };
  MatrixD weight_gradient = MatrixD::Zero(5, 3);
  VectorD bias_gradient = VectorD::Zero(5);
  MatrixD input_gradient(3, 7);
  linear_backward_parameters<double>(input, along, weight_gradient, bias_gradient);
  linear_backward_input<double>(weight, along, input_gradient);
  CHECK(difference_error(weight, weight_gradient, value) < 1e-10);
  CHECK(difference_error(bias, bias_gradient, value) < 1e-10);
  CHECK(difference_error(input, input_gradient, value) < 1e-10);
}

TEST_CASE("linear: parameter gradients add up, forward_add adds to the stream, and a bias may be absent") {
  Random random(2);
  const MatrixD weight = random_matrix(4, 6, random);
  const VectorD bias = random_matrix(4, 1, random);
  const MatrixD input = random_matrix(6, 3, random);
  const MatrixD start = random_matrix(4, 3, random);
  MatrixD plain(4, 3);
  linear_forward<double>(weight, bias, input, plain);
  CHECK((plain - ((weight * input).colwise() + bias)).norm() < 1e-14);
  MatrixD stream = start;
  linear_forward_add<double>(weight, bias, input, stream);
  CHECK((stream - start - plain).norm() < 1e-14);

  VectorD none(0);
  MatrixD unbiased(4, 3);
  linear_forward<double>(weight, none, input, unbiased);
  CHECK((unbiased - weight * input).norm() < 1e-14);
  stream = start;
  linear_forward_add<double>(weight, none, input, stream);
  CHECK((stream - start - unbiased).norm() < 1e-14);

  MatrixD once = MatrixD::Zero(4, 6);
  VectorD bias_once = VectorD::Zero(4);
  linear_backward_parameters<double>(input, start, once, bias_once);
  MatrixD twice = once;
  linear_backward_parameters<double>(input, start, twice, none);
  CHECK((twice - 2.0 * once).norm() < 1e-13);
  CHECK((bias_once - start.rowwise().sum()).norm() < 1e-14);
}
