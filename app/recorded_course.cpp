#include "app/recorded_course.h"

#include <utility>

namespace gramscope::app {

RecordedCourse::RecordedCourse(const std::vector<Record>& records) {
  for (const auto& record : records) add({record, false});
}

void RecordedCourse::clear() {
  records_.clear();
  recorded_in_.clear();
}

void RecordedCourse::remove_last() {
  records_.pop_back();
  recorded_in_.pop_back();
}

void RecordedCourse::add(const Recorded& recorded) {
  const auto& record = recorded.record;
  if (recorded.replaces_last && !records_.empty()) remove_last();
  // A back-off or a stop at the peak returns to an earlier step: what came after it is not on the way here.
  while (!records_.empty() && records_.back().step() >= record.step()) remove_last();
  for (auto& before : records_) before.at_segment = record.segment();
  if (!records_.empty()) records_.back().embeddings.reset();
  records_.push_back(record);
  recorded_in_.push_back(record.segment());
}

void RecordedCourse::forget_after(std::int64_t step) {
  while (!records_.empty() && records_.back().step() > step) remove_last();
}

void RecordedCourse::remeasure(const Remeasured& remeasured) {
  for (std::size_t i = 0; i < records_.size(); ++i)
    if (recorded_in_[i] == remeasured.segment && records_[i].step() == remeasured.step)
      records_[i].metrics = remeasured.metrics;
}

void RecordedCourse::replace(std::vector<Record> records) {
  records_ = std::move(records);
  recorded_in_.clear();
  for (auto& record : records_) {
    recorded_in_.push_back(record.segment());
    record.at_segment = records_.back().segment();
    if (&record != &records_.back()) record.embeddings.reset();
  }
}

}  // namespace gramscope::app
