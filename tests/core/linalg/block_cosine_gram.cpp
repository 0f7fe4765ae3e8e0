#include <doctest/doctest.h>

#include "core/linalg/gram.h"
#include "core/train/snapshot.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

TEST_CASE("block_cosine_gram: the means of blocks of cosine_gram, the last ones shorter") {
  const MatrixD x = random_matrix(5, 23, 1);
  const MatrixD all = cosine_gram(x);
  for (const Index block : {1, 2, 4, 23, 30}) {
    const MatrixD blocks = block_cosine_gram(x, block);
    const Index count = (23 + block - 1) / block;
    REQUIRE(blocks.rows() == count);
    for (Index b = 0; b < count; ++b)
      for (Index a = 0; a < count; ++a)
        CHECK(blocks(a, b) == doctest::Approx(all.block(a * block, b * block, std::min(block, 23 - a * block),
                                                        std::min(block, 23 - b * block))
                                                  .mean())
                                  .epsilon(1e-13));
  }
}

TEST_CASE(
    "block_cosine_gram: columns without a direction are left out, and a block of nothing else is undefined") {
  MatrixD x = random_matrix(4, 9, 2);
  x.col(1).setZero();
  x.middleCols(6, 3).setZero();
  const MatrixD all = cosine_gram(x);
  const MatrixD blocks = block_cosine_gram(x, 3);
  CHECK(blocks(0, 1) == doctest::Approx((all.block(0, 3, 1, 3).sum() + all.block(2, 3, 1, 3).sum()) / 6.0));
  CHECK(std::isnan(blocks(2, 2)));
  CHECK(std::isnan(blocks(0, 2)));
}

TEST_CASE("gram_block: as few contexts a row as make it kMostGramRows rows at most") {
  CHECK(gram_block(1) == 1);
  CHECK(gram_block(4096) == 1);
  CHECK(gram_block(4097) == 2);
  CHECK(gram_block(200'000) == 49);
  for (const Index n : {4097, 9000, 65'537, 200'000}) {
    const Index block = gram_block(n);
    CHECK((n + block - 1) / block <= kMostGramRows);
    CHECK((n + block - 2) / (block - 1) > kMostGramRows);
  }
}

TEST_CASE("symmetric_target: of many contexts, the block means of the simplex") {
  Task task;
  task.contexts = 9001;
  const MatrixF target = symmetric_target(task);
  const double other = -1.0 / 9000.0;
  REQUIRE(target.rows() == 3001);
  CHECK(target(0, 1) == doctest::Approx(other));
  CHECK(target(0, 0) == doctest::Approx((3.0 + 6.0 * other) / 9.0));
  CHECK(target(3000, 3000) == 1.0f);  // one context is left for the last row
}

TEST_CASE("semantic_target: the centred kernel of shared values as cosines, in means of blocks where there are many") {
  Task task;
  task.contexts = 23;
  for (const int modulus : {2, 3, 5}) {
    Factor factor;
    for (int j = 0; j < 23; ++j) factor.value.push_back((7 * j + j * j) % modulus);
    task.factors.push_back(factor);
  }
  const MatrixD kernel = shared_value_kernel(task.factors, task.contexts);
  const MatrixD centring = MatrixD::Identity(23, 23) - MatrixD::Constant(23, 23, 1.0 / 23.0);
  const MatrixD centred = centring * kernel * centring;
  const VectorD scale = centred.diagonal().cwiseSqrt();
  const MatrixF expected = centred.cwiseQuotient(scale * scale.transpose()).cast<float>();
  CHECK((semantic_target(task) - expected).cwiseAbs().maxCoeff() < 1e-6f);
  // What the files say is enough: neither the kernel nor the names of the values are needed.
  CHECK(task.semantic_kernel.size() == 0);
  task.factors.clear();
  CHECK(semantic_target(task).size() == 0);
}
