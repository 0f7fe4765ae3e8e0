// Every metric of math.md sections 4 and 5 against figures that were computed elsewhere.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/metrics/measure.h"
#include "tests/core/metrics/sample_recording.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

using Json = nlohmann::json;

Json read_fixture(const std::string& name) {
  std::ifstream file(GRAMSCOPE_FIXTURES "/" + name);
  return Json::parse(file);
}

/// n×d from n rows.
MatrixD matrix_of(const Json& rows, double unit) {
  MatrixD matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size()));
  for (Index i = 0; i < matrix.rows(); ++i)
    for (Index j = 0; j < matrix.cols(); ++j)
      matrix(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)].get<double>() / unit;
  return matrix;
}

/// Keys: H, and if there W, b, labels, factors; divided by `unit`.
Embeddings embeddings_of(const Json& item, double unit) {
  const MatrixD h = matrix_of(item["H"], unit).transpose();
  const MatrixD w = item.contains("W") ? matrix_of(item["W"], unit) : MatrixD();
  VectorD bias;
  if (item.contains("b")) {
    const auto values = item["b"].get<std::vector<double>>();
    bias = Eigen::Map<const VectorD>(values.data(), static_cast<Index>(values.size())) / unit;
  }
  std::vector<int> labels;
  if (item.contains("labels")) labels = item["labels"].get<std::vector<int>>();
  std::vector<std::pair<std::string, std::vector<int>>> factors;
  if (item.contains("factors"))
    for (const auto& [name, values] : item["factors"].items()) factors.emplace_back(name, values.get<std::vector<int>>());
  const int largest = labels.empty() ? -1 : *std::max_element(labels.begin(), labels.end());
  return recorded(recorded_task(h.cols(), std::max<Index>(w.rows(), largest + 1), labels, factors), h, w, bias);
}

void check_all(const Metrics& metrics, const Json& expected) {
  for (const auto& [key, value] : expected.items()) {
    CAPTURE(key);
    const auto* measured = metrics.find(key);
    REQUIRE(measured != nullptr);
    CHECK(measured->is_defined() == !value.is_null());
    if (value.is_null())
      CHECK_FALSE(measured->undefined.empty());
    else
      CHECK(std::abs(measured->value - value.get<double>()) <= 1e-9 * std::abs(value.get<double>()) + 1e-13);
  }
}

}  // namespace

TEST_CASE("measure: the reference figures of neural collapse") {
  Json reference = read_fixture("nc_metrics.json");
  reference["labels"] = reference["y"];
  CHECK(reference["expected"].size() == 16);
  check_all(measure(embeddings_of(reference, 1.0)), reference["expected"]);
}

TEST_CASE("measure: NumPy's figures for a hundred random arrays and the degenerate ones") {
  const Json fixture = read_fixture("metrics_numpy.json");
  CHECK(fixture["cases"].size() > 100);
  for (const auto& item : fixture["cases"]) {
    CAPTURE(item["name"].get<std::string>());
    check_all(measure(embeddings_of(item, 100.0)), item["expected"]);
  }
}
