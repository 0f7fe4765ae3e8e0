#include "core/io/metrics_csv.h"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>

#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

Record record(std::int64_t segment, std::int64_t step, Metrics metrics) {
  Record result;
  result.at_segment = segment;
  result.at_step = step;
  result.metrics = std::move(metrics);
  return result;
}

}  // namespace

TEST_CASE("metrics_csv: a header, a row per record, nothing where a metric is undefined") {
  Metrics first, second;
  first.add("loss", 0.1);
  first.add_undefined("nc1_pinv", "one context per label");
  first.add("norm_w", 1e-310);
  second.add("loss", 3.0);
  second.add_undefined("nc1_pinv", "one context per label");
  second.add("norm_w", -0.0);
  const std::vector<Record> records{record(0, 0, first), record(1, 12000, second)};
  CHECK(metrics_csv(records) == "segment,step,loss,nc1_pinv,norm_w\n0,0,0.1,,1e-310\n1,12000,3,,-0\n");
  CHECK(metrics_csv({}) == "segment,step\n");

  const TemporaryDirectory directory;
  write_metrics_csv(directory / "metrics.csv", records);
  CHECK(contents(directory / "metrics.csv") == metrics_csv(records));
}

TEST_CASE("metrics_csv: every number reads back as the same double") {
  Metrics metrics;
  const std::vector<double> values{1.0 / 3.0, 0.1 + 0.2, 1e22, 5e-324, std::numeric_limits<double>::max(),
                                   -1.5};
  for (std::size_t i = 0; i < values.size(); ++i) metrics.add("m" + std::to_string(i), values[i]);
  std::istringstream text(metrics_csv(std::vector<Record>{record(0, 0, metrics)}));
  std::string line, cell;
  std::getline(text, line);
  std::getline(text, cell, ',');
  std::getline(text, cell, ',');
  for (const double value : values) {
    std::getline(text, cell, value == values.back() ? '\n' : ',');
    CHECK(std::strtod(cell.c_str(), nullptr) == value);
  }
}

TEST_CASE("metrics_csv: tasks with other factors share the table, each metric in its own column") {
  Metrics colours, letters;
  colours.add("loss", 1.0);
  colours.add("contrast_colour", 0.5);
  letters.add("loss", 2.0);
  letters.add("contrast_first, or \"1st\"", 0.25);
  const std::vector<Record> records{record(0, 0, colours), record(1, 0, letters)};
  CHECK(metrics_csv(records) ==
        "segment,step,loss,contrast_colour,\"contrast_first, or \"\"1st\"\"\"\n0,0,1,0.5,\n1,0,2,,0.25\n");
}
