#include "core/nn/embedding.h"

#include <doctest/doctest.h>

#include <array>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

TEST_CASE("embedding: gradients of both tables are those of central differences, repeated tokens included") {
  constexpr std::array<int, 6> kTokens{2, 0, 2, 2, 3, 0};
  constexpr std::array<int, 6> kPositions{0, 1, 2, 0, 1, 0};
  Random random(1);
  MatrixD token_table = random_matrix(4, 5, random);
  MatrixD position_table = random_matrix(4, 3, random);
  const MatrixD along = random_matrix(4, 6, random);
  MatrixD output(4, 6);
  const auto value = [&] {
    embedding_forward<double>(kTokens, kPositions, token_table, position_table, output);
    return output.cwiseProduct(along).sum();
  };
  MatrixD token_gradient = MatrixD::Zero(4, 5);
  MatrixD position_gradient = MatrixD::Zero(4, 3);
  embedding_backward<double>(kTokens, kPositions, along, token_gradient, position_gradient);
  CHECK(difference_error(token_table, token_gradient, value) < 1e-10);
  CHECK(difference_error(position_table, position_gradient, value) < 1e-10);
  CHECK(token_gradient.col(1).isZero(0.0));
  CHECK(token_gradient.col(4).isZero(0.0));
}

TEST_CASE("embedding: without positions a column is its token's") {
  constexpr std::array<int, 3> kTokens{1, 1, 0};
  constexpr std::array<int, 3> kPositions{0, 1, 2};
  Random random(2);
  const MatrixD token_table = random_matrix(5, 2, random);
  MatrixD output(5, 3);
  embedding_forward<double>(kTokens, kPositions, token_table, MatrixD(5, 0), output);
  CHECK(output.col(1) == token_table.col(1));
  CHECK(output.col(2) == token_table.col(0));
  MatrixD token_gradient = MatrixD::Zero(5, 2);
  MatrixD none(5, 0);
  embedding_backward<double>(kTokens, kPositions, output, token_gradient, none);
  CHECK((token_gradient.col(1) - 2.0 * token_table.col(1)).norm() < 1e-14);
}
