#include "core/io/recording_course.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace gramscope {

std::vector<RecordedFile*> RecordingCourse::adopt(const std::vector<SnapshotPath>& listing, Time now) {
  std::set<const RecordedFile*> there;
  for (const auto& found : listing) {
    const auto [place, is_new] = files_.try_emplace(found.path);
    RecordedFile& file = place->second;
    there.insert(&file);
    file.is_lost = false;
    if (!is_new && file.found.bytes == found.bytes && file.found.written == found.written) continue;
    file.found = found;
    file.state = RecordedFile::State::waiting;
    file.is_skipped = false;
    file.changed = now;
    // A duplicate may be of another step now.
    if (std::exchange(file.is_duplicate, false)) file.task = nullptr;
  }
  // What has been measured stays on the timeline.
  for (auto& [path, file] : files_)
    if (!file.metrics && !there.contains(&file)) file.is_lost = true;
  return settle();
}

void RecordingCourse::order() {
  places_.clear();
  ordered_.clear();
  std::int64_t place = 0;
  for (auto& [path, file] : files_) {
    if (!file.found.step && !file.is_forgotten()) places_[&file] = place++;
    ordered_.push_back(&file);
  }
  // The map has them by name.
  std::stable_sort(ordered_.begin(), ordered_.end(),
                   [&](const auto* a, const auto* b) { return step_of(*a) < step_of(*b); });
}

std::int64_t RecordingCourse::step_of(const RecordedFile& file) const {
  if (file.own_step) return *file.own_step;
  if (file.found.step) return *file.found.step;
  const auto place = places_.find(&file);
  return place != places_.end() ? place->second : 0;
}

std::vector<RecordedFile*> RecordingCourse::showable() const {
  std::vector<RecordedFile*> files;
  std::copy_if(ordered_.begin(), ordered_.end(), std::back_inserter(files),
               [](const auto* file) { return file->is_showable(); });
  return files;
}

RecordedFile* RecordingCourse::next() const {
  const auto found = std::find_if(ordered_.begin(), ordered_.end(),
                                  [](const auto* file) { return file->is_to_be_measured(); });
  return found != ordered_.end() ? *found : nullptr;
}

std::shared_ptr<const Task> RecordingCourse::task_before(const RecordedFile& file) const {
  std::shared_ptr<const Task> task;
  for (const auto* other : ordered_) {
    if (other == &file) break;
    if (other->task != nullptr && !other->is_duplicate) task = other->task;
  }
  return task;
}

std::vector<RecordedFile*> RecordingCourse::adopt(RecordedFile& file, std::shared_ptr<const Task> task,
                                                  std::optional<std::int64_t> own_step,
                                                  std::shared_ptr<const Task> inherited) {
  file.task = std::move(task);
  file.own_step = own_step;
  file.inherited = std::move(inherited);
  return settle();
}

std::vector<RecordedFile*> RecordingCourse::refuse(RecordedFile& file, std::string problem,
                                                   bool is_for_good) {
  file.problem = std::move(problem);
  file.state = is_for_good ? RecordedFile::State::refused : RecordedFile::State::unreadable;
  if (!is_for_good) return {};
  file.inherited = task_before(file);
  file.task = nullptr;
  file.own_step.reset();
  file.metrics.reset();
  return settle();
}

std::vector<RecordedFile*> RecordingCourse::settle() {
  order();
  std::vector<RecordedFile*> duplicates;
  const RecordedFile* before = nullptr;  // the nearest that has been read
  for (auto* file : ordered_) {
    const bool was_duplicate = std::exchange(file->is_duplicate, false);
    if (file->task != nullptr && before != nullptr && step_of(*before) == step_of(*file)) {
      file->is_duplicate = true;
      file->problem = fmt::format("{}: step {} is already that of {}", file->found.path.filename().string(),
                                  step_of(*file), before->found.path.filename().string());
      if (!was_duplicate) duplicates.push_back(file);
      continue;
    }
    const auto inherited = before != nullptr ? before->task : nullptr;
    const bool is_of_another = inherited != file->inherited && inherited != file->task;
    const bool is_done =
        file->state == RecordedFile::State::measured || file->state == RecordedFile::State::refused;
    if (is_done && is_of_another) file->state = RecordedFile::State::waiting;
    if (file->task != nullptr) before = file;
  }
  return duplicates;
}

void RecordingCourse::record(RecordedFile& file, Metrics metrics) {
  file.metrics = std::move(metrics);
  file.measurement = ++measurements_;
  file.state = RecordedFile::State::measured;
  file.problem.clear();
  settle();
}

std::vector<Event> RecordingCourse::announcements(bool may_replace) {
  std::vector<Announced> now;
  for (const auto* file : ordered_)
    if (file->is_recorded()) now.push_back({file, file->measurement, step_of(*file)});
  if (now == announced_) return {};
  const bool is_longer =
      now.size() > announced_.size() && std::equal(announced_.begin(), announced_.end(), now.begin());
  if (!is_longer && !may_replace) return {};
  const std::size_t first = is_longer ? announced_.size() : 0;
  if (!is_longer) phase_ = {};
  std::vector<Event> events;
  CourseReplaced all;
  for (std::size_t i = first; i < now.size(); ++i) {
    Record record;
    record.at_step = now[i].step;
    record.metrics = *now[i].file->metrics;
    phase_.observe(record.at_step, record.metrics);
    record.phase = phase_;
    if (is_longer)
      events.emplace_back(Recorded{std::move(record), false});
    else
      all.records.push_back(std::move(record));
  }
  if (!is_longer) events.emplace_back(std::move(all));
  announced_ = std::move(now);
  return events;
}

std::int64_t RecordingCourse::count() const {
  return std::count_if(ordered_.begin(), ordered_.end(),
                       [](const auto* file) { return !file->is_forgotten(); });
}

std::int64_t RecordingCourse::count_recorded() const {
  return std::count_if(ordered_.begin(), ordered_.end(),
                       [](const auto* file) { return file->is_recorded(); });
}

std::int64_t RecordingCourse::count_refused() const {
  return std::count_if(ordered_.begin(), ordered_.end(), [](const auto* file) {
    return !file->is_forgotten() && (file->is_duplicate || file->state == RecordedFile::State::refused);
  });
}

}  // namespace gramscope
