#include "core/metrics/within_class.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/metrics/measure.h"
#include "core/tasks/attributes.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

namespace {

nlohmann::json fixture(const std::string& name) {
  std::ifstream file(GRAMSCOPE_FIXTURES "/" + name);
  return nlohmann::json::parse(file);
}

/// d×n from a JSON array of n samples.
MatrixD columns_of(const nlohmann::json& rows) {
  const auto values = rows.get<std::vector<std::vector<double>>>();
  MatrixD x(static_cast<Index>(values.front().size()), static_cast<Index>(values.size()));
  for (Index j = 0; j < x.cols(); ++j)
    for (Index i = 0; i < x.rows(); ++i) x(i, j) = values[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)];
  return x;
}

void check_against(const nlohmann::json& expected, const MatrixD& h, const std::vector<int>& labels) {
  const auto classes = centred_means(class_means(h, labels));
  const auto near = [&](const char* key) { return doctest::Approx(expected[key].get<double>()).epsilon(1e-9); };
  CHECK(nc1_pinv(h, classes) == near("nc1_pinv"));
  CHECK(nc1_quotient(h, classes) == near("nc1_quotient"));
  CHECK(nc1_cdnv(h, classes) == near("nc1_cdnv"));
}

constexpr double (*kFamily[])(const MatrixD&, const CentredMeans&) = {nc1_pinv, nc1_quotient, nc1_cdnv};

}  // namespace

TEST_CASE("nc1: the reference figures") {
  const auto reference = fixture("nc_metrics.json");
  check_against(reference["expected"], columns_of(reference["H"]), reference["y"].get<std::vector<int>>());
}

TEST_CASE("nc1: NumPy's figures, with more and fewer dimensions than classes, unequal classes and low rank") {
  const auto reference = fixture("within_class.json");
  for (const auto& item : reference["cases"]) {
    CAPTURE(item["name"].get<std::string>());
    check_against(item["expected"], columns_of(item["H"]), item["y"].get<std::vector<int>>());
  }
}

TEST_CASE("nc1: unchanged by rotation, shift and scale; 0 where samples equal their means") {
  const std::vector<int> labels{0, 0, 1, 1, 1, 2, 2, 3};
  const MatrixD h = random_matrix(5, 8, 1);
  const MatrixD moved = (300.0 * random_rotation(5, 2) * h).colwise() + VectorD::Constant(5, 40.0);
  const auto means = class_means(h, labels).means;
  const auto classes = centred_means(class_means(h, labels));
  const auto moved_classes = centred_means(class_means(moved, labels));
  MatrixD collapsed(5, 8);
  for (Index j = 0; j < 8; ++j) collapsed.col(j) = means.col(labels[static_cast<std::size_t>(j)]);
  for (const auto of : kFamily) {
    CHECK(of(moved, moved_classes) == doctest::Approx(of(h, classes)).epsilon(1e-9));
    CHECK(of(collapsed, centred_means(class_means(collapsed, labels))) < 1e-28);
  }
}

TEST_CASE("nc1: undefined without two classes or where class means are equal") {
  const MatrixD h = random_matrix(3, 4, 1);
  const auto one = centred_means(class_means(h, std::vector<int>{5, 5, 5, 5}));
  const MatrixD same = MatrixD::Constant(3, 4, 0.1);
  const auto equal = centred_means(class_means(same, std::vector<int>{0, 0, 1, 1}));
  for (const auto of : kFamily) {
    CHECK(std::isnan(of(h, one)));
    CHECK(std::isnan(of(same, equal)));
  }
}

TEST_CASE("measure: one context per label leaves nothing within classes, and says so") {
  const auto task = make_attributes(2, 3);
  Embeddings embeddings;
  embeddings.task = task;
  embeddings.h = random_matrix(4, 9, 1);
  embeddings.w = random_matrix(9, 4, 2);
  const Metrics metrics = measure(embeddings);
  for (const char* key : {"nc1_pinv", "nc1_quotient", "nc1_cdnv"}) {
    REQUIRE(metrics.find(key) != nullptr);
    CHECK(metrics.find(key)->undefined.find("its own label") != std::string::npos);
  }
}
