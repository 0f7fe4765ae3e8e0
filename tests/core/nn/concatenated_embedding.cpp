#include "core/nn/concatenated_embedding.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

namespace {

// Contexts (2 0 2), (1) and (3 1), as chunks lay them out.
const std::vector<int> kTokens{2, 0, 2, 1, 3, 1};
const std::vector<int> kPlaces{0, 1, 2, 0, 0, 1};
const std::vector<Index> kLast{2, 3, 5};

}  // namespace

TEST_CASE("concatenated_embedding: tokens stand one above the other, the last at the bottom, nothing before the first") {
  Random random(1);
  const MatrixD table = random_matrix(2, 4, random);
  MatrixD output = MatrixD::Constant(8, 3, 9.0);
  concatenated_embedding_forward<double>(kTokens, kPlaces, kLast, table, output);
  MatrixD expected = MatrixD::Zero(8, 3);
  expected.col(0) << 0, 0, table.col(2), table.col(0), table.col(2);
  expected.col(1).tail(2) = table.col(1);
  expected.col(2).tail(4) << table.col(3), table.col(1);
  CHECK(output == expected);
}

TEST_CASE("concatenated_embedding: the gradient of the table is that of central differences, and is added") {
  Random random(2);
  MatrixD table = random_matrix(3, 4, random);
  const MatrixD along = random_matrix(9, 3, random);
  MatrixD output(9, 3);
  const auto value = [&] {
    concatenated_embedding_forward<double>(kTokens, kPlaces, kLast, table, output);
    return output.cwiseProduct(along).sum();
  };
  MatrixD gradient = MatrixD::Zero(3, 4);
  concatenated_embedding_backward<double>(kTokens, kPlaces, kLast, along, gradient);
  CHECK(difference_error(table, gradient, value) < 1e-9);
  MatrixD twice = gradient;
  concatenated_embedding_backward<double>(kTokens, kPlaces, kLast, along, twice);
  CHECK((twice - 2.0 * gradient).norm() < 1e-13);
}
