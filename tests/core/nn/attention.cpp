#include "core/nn/attention.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

namespace {

/// Contexts of 3, 1 and 5 positions; all of them ask, or the last `queries` of each.
std::vector<AttentionSpan> spans_of(Index queries) {
  std::vector<AttentionSpan> spans;
  Index source = 0;
  Index query = 0;
  for (Index length : {3, 1, 5}) {
    const Index count = std::min(queries, length);
    spans.push_back({.source = source, .length = length, .query = query, .queries = count});
    source += length;
    query += count;
  }
  return spans;
}

constexpr Index kAttended = 9;

/// The definition, one head and one query at a time.
MatrixD attention_by_definition(const std::vector<AttentionSpan>& spans, Index heads, const MatrixD& queries,
                                const MatrixD& keys_values) {
  const Index d = queries.rows();
  const Index rows = d / heads;
  MatrixD output(d, queries.cols());
  for (const auto& span : spans) {
    for (Index head = 0; head < heads; ++head) {
      for (Index i = 0; i < span.queries; ++i) {
        const Index seen = span.length - span.queries + i + 1;
        const MatrixD k = keys_values.block(head * rows, span.source, rows, seen);
        const MatrixD v = keys_values.block(d + head * rows, span.source, rows, seen);
        const VectorD q = queries.block(head * rows, span.query + i, rows, 1);
        const VectorD e = (k.transpose() * q / std::sqrt(static_cast<double>(rows))).array().exp();
        output.block(head * rows, span.query + i, rows, 1) = v * e / e.sum();
      }
    }
  }
  return output;
}

}  // namespace

TEST_CASE("attention: agrees with the definition for any head size, all positions asking or the last ones") {
  for (Index heads : {1, 2, 3}) {
    for (Index rows : {1, 3, 4, 7, 8, 16, 21, 40}) {
      for (Index asking : {1, 2, 5}) {
        const auto spans = spans_of(asking);
        const Index asked = spans.back().query + spans.back().queries;
        Random random(static_cast<std::uint64_t>(100 * heads + rows));
        const Index d = heads * rows;
        const MatrixD queries = random_matrix(d, asked, random);
        const MatrixD keys_values = random_matrix(2 * d, kAttended, random);
        VectorD probabilities(attention_entries(spans, heads));
        MatrixD output(d, asked);
        attention_forward<double>(spans, heads, queries, keys_values, probabilities, output);
        const MatrixD expected = attention_by_definition(spans, heads, queries, keys_values);
        CHECK((output - expected).norm() < 1e-13 * expected.norm());

        Vector<float> probabilities_float(probabilities.size());
        MatrixF output_float(d, asked);
        attention_forward<float>(spans, heads, queries.cast<float>(), keys_values.cast<float>(),
                                 probabilities_float, output_float);
        CHECK((output_float.cast<double>() - expected).norm() < 1e-5 * expected.norm());
      }
    }
  }
}

TEST_CASE("attention: gradients of queries, keys and values are those of central differences") {
  for (Index asking : {1, 2, 5}) {
    const auto spans = spans_of(asking);
    const Index asked = spans.back().query + spans.back().queries;
    const Index heads = 2;
    const Index d = 6;
    Random random(7);
    MatrixD queries = random_matrix(d, asked, random);
    MatrixD keys_values = random_matrix(2 * d, kAttended, random);
    const MatrixD along = random_matrix(d, asked, random);
    VectorD probabilities(attention_entries(spans, heads));
    MatrixD output(d, asked);
    const auto value = [&] {
      attention_forward<double>(spans, heads, queries, keys_values, probabilities, output);
      return output.cwiseProduct(along).sum();
    };
    value();
    MatrixD queries_gradient(d, asked);
    MatrixD keys_values_gradient = MatrixD::Constant(2 * d, kAttended, 9.0);
    VectorD scratch(5);
    attention_backward<double>(spans, heads, queries, keys_values, probabilities, along, queries_gradient,
                               keys_values_gradient, scratch);
    CHECK(difference_error(queries, queries_gradient, value) < 1e-9);
    CHECK(difference_error(keys_values, keys_values_gradient, value) < 1e-9);
  }
}

TEST_CASE("attention: queries and keys may be rows of one array") {
  const auto spans = spans_of(5);
  const Index d = 4;
  Random random(8);
  const MatrixD qkv = random_matrix(3 * d, kAttended, random);
  VectorD probabilities(attention_entries(spans, 2));
  MatrixD output(d, kAttended);
  attention_forward<double>(spans, 2, qkv.topRows(d), qkv.bottomRows(2 * d), probabilities, output);
  CHECK((output - attention_by_definition(spans, 2, qkv.topRows(d), qkv.bottomRows(2 * d))).norm() < 1e-13);
}

TEST_CASE("attention: a lone position copies its value; large scores do not overflow") {
  const std::array<AttentionSpan, 1> lone{{{.source = 0, .length = 1, .query = 0, .queries = 1}}};
  Random random(9);
  const MatrixD kv = random_matrix(8, 1, random);
  VectorD one(attention_entries(lone, 2));
  MatrixD output(4, 1);
  attention_forward<double>(lone, 2, random_matrix(4, 1, random), kv, one, output);
  CHECK(output.col(0) == kv.col(0).tail(4));

  const std::array<AttentionSpan, 1> pair{{{.source = 0, .length = 2, .query = 0, .queries = 2}}};
  MatrixF keys_values = MatrixF::Ones(2, 2);
  keys_values(0, 1) = -1.0F;
  keys_values(1, 1) = 5.0F;
  Vector<float> p(attention_entries(pair, 1));
  MatrixF mixed(1, 2);
  attention_forward<float>(pair, 1, MatrixF::Constant(1, 2, 1e4F), keys_values, p, mixed);
  CHECK(mixed(0, 1) == doctest::Approx(1.0));
}

TEST_CASE_TEMPLATE("attention: a NaN among the scores of a query reaches its output", T, float, double) {
  const auto spans = spans_of(5);
  Random random(10);
  for (Index position = 0; position < kAttended; ++position) {
    Matrix<T> queries = random_matrix(4, kAttended, random).cast<T>();
    const Matrix<T> keys_values = random_matrix(8, kAttended, random).cast<T>();
    queries(0, position) = std::numeric_limits<T>::quiet_NaN();
    Vector<T> probabilities(attention_entries(spans, 1));
    Matrix<T> output(4, kAttended);
    attention_forward<T>(spans, 1, queries, keys_values, probabilities, output);
    CHECK(output.col(position).array().isNaN().all());
  }
}
