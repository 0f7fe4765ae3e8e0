#include "app/recorded_course.h"

#include <doctest/doctest.h>

using namespace gramscope;
using namespace gramscope::app;

namespace {

Recorded recorded(std::int64_t segment, std::int64_t step, bool replaces_last = false) {
  Record record;
  record.at_segment = segment;
  record.at_step = step;
  record.metrics.add("loss", static_cast<double>(step));
  record.embeddings = std::make_shared<Embeddings>();
  return {record, replaces_last};
}

Remeasured remeasured(std::int64_t segment, std::int64_t step, double loss) {
  Metrics metrics;
  metrics.add("loss", loss);
  return {segment, step, metrics};
}

std::vector<std::int64_t> steps(const RecordedCourse& course) {
  std::vector<std::int64_t> steps;
  for (const auto& record : course.records()) steps.push_back(record.step());
  return steps;
}

}  // namespace

TEST_CASE("recorded course: goes up in steps, through back-offs, replaced steps and a stop at the peak") {
  RecordedCourse course;
  for (const std::int64_t step : {0, 1, 2, 5, 9}) course.add(recorded(0, step));
  course.add(recorded(0, 9, true));
  CHECK(steps(course) == std::vector<std::int64_t>{0, 1, 2, 5, 9});
  course.add(recorded(0, 5));  // a back-off
  CHECK(steps(course) == std::vector<std::int64_t>{0, 1, 2, 5});
  course.add(recorded(1, 2));  // the peak
  CHECK(steps(course) == std::vector<std::int64_t>{0, 1, 2});
  for (const auto& record : course.records()) CHECK(record.segment() == 1);
  CHECK(course.records()[1].embeddings == nullptr);
  CHECK(course.records()[2].embeddings != nullptr);
  course.clear();
  CHECK(course.records().empty());
}

TEST_CASE("recorded course: a step measured again is found by the segment that it was recorded in") {
  RecordedCourse course;
  for (const std::int64_t step : {0, 1, 2, 5}) course.add(recorded(0, step));
  course.add(recorded(1, 2));
  course.add(recorded(1, 3));
  course.remeasure(remeasured(0, 1, 100.0));
  course.remeasure(remeasured(0, 2, 200.0));  // went when the peak took its place
  course.remeasure(remeasured(1, 1, 300.0));  // was never
  course.remeasure(remeasured(1, 3, 400.0));
  CHECK(course.records()[1].metrics.get("loss") == 100.0);
  CHECK(course.records()[2].metrics.get("loss") == 2.0);
  CHECK(course.records()[3].metrics.get("loss") == 400.0);
  CHECK(course.records()[0].metrics.get("loss") == 0.0);
}

TEST_CASE("recorded course: replaced as a whole, it keeps the embeddings of the newest step only") {
  RecordedCourse course;
  for (const std::int64_t step : {0, 5, 9}) course.add(recorded(0, step));
  std::vector<Record> records;
  for (const std::int64_t step : {0, 3, 5, 9}) records.push_back(recorded(0, step).record);
  course.replace(records);
  CHECK(steps(course) == std::vector<std::int64_t>{0, 3, 5, 9});
  CHECK(course.records()[1].embeddings == nullptr);
  CHECK(course.records()[3].embeddings != nullptr);
  course.remeasure(remeasured(0, 3, 30.0));
  CHECK(course.records()[1].metrics.get("loss") == 30.0);
  course.add(recorded(0, 20));
  CHECK(steps(course) == std::vector<std::int64_t>{0, 3, 5, 9, 20});
  course.replace({});
  CHECK(course.records().empty());
}
