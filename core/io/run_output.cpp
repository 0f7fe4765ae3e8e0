#include "core/io/run_output.h"

#include <fmt/format.h>

#include <regex>

#include "core/io/atomic_file.h"
#include "core/io/metrics_csv.h"
#include "core/io/safetensors.h"
#include "core/io/snapshot_file.h"
#include "core/io/task_file.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr const char* kTable = "metrics.csv";
constexpr const char* kSession = "session.toml";
constexpr const char* kWeights = "weights.safetensors";
constexpr const char* kSnapshots = "snapshots";
constexpr const char* kBranches = "branches";

/// The name of a file of a segment; the first has plain names.
std::string in_segment(std::int64_t segment, const std::string& name) {
  return segment == 0 ? name : fmt::format("segment_{}_{}", segment, name);
}

std::string snapshot_name(const Record& record) {
  return in_segment(record.segment(), fmt::format("step_{:08}.npz", record.step()));
}

/// The entries of a directory, none where there is no such directory.
std::vector<fs::directory_entry> entries_of(const fs::path& directory) {
  if (!fs::is_directory(directory)) return {};
  return {fs::directory_iterator(directory), {}};
}

void remove_matching(const fs::path& directory, const std::regex& name) {
  for (const auto& entry : entries_of(directory))
    if (entry.is_regular_file() && std::regex_match(entry.path().filename().string(), name)) fs::remove(entry.path());
}

void remove_if_empty(const fs::path& directory) {
  if (fs::is_directory(directory) && fs::is_empty(directory)) fs::remove(directory);
}

void remove_previous_run(const fs::path& directory) {
  static const std::regex snapshot("(segment_[0-9]+_)?step_[0-9]{8,}\\.npz");
  static const std::regex task("(segment_[0-9]+_)?task\\.npz");
  fs::remove(directory / kTable);
  fs::remove(directory / kSession);
  fs::remove(directory / kWeights);
  remove_matching(directory, task);
  remove_matching(directory / kSnapshots, snapshot);
  remove_leftovers(directory);
  remove_leftovers(directory / kSnapshots);
}

/// Those of its branches, with what directories that leaves empty.
void remove_previous_branches(const fs::path& directory) {
  static const std::regex branch("[1-9][0-9]*");
  for (const auto& entry : entries_of(directory / kBranches)) {
    if (!entry.is_directory() || !std::regex_match(entry.path().filename().string(), branch)) continue;
    remove_previous_run(entry.path());
    remove_if_empty(entry.path() / kSnapshots);
    remove_if_empty(entry.path());
  }
  remove_if_empty(directory / kBranches);
}

}  // namespace

RunOutput::RunOutput(fs::path directory, const Preset& preset) : directory_(std::move(directory)) {
  session_.preset = preset;
  session_.preset.config = resolve(preset.config);
  session_.version = version();
  session_.cpu = processor_name();
  session_.ticks = 0;
  std::error_code error;
  if (fs::exists(directory_, error) && !fs::is_directory(directory_, error))
    throw UsageError(fmt::format("{}: is not a directory", directory_.string()));
  try {
    fs::create_directories(directory_ / kSnapshots);
    remove_previous_run(directory_);
    remove_previous_branches(directory_);
  } catch (const fs::filesystem_error& failure) {
    throw RuntimeError(fmt::format("{}: {}", failure.path1().string(), failure.code().message()));
  }
  write_file(directory_ / kSession, session_toml(session_));
}

void RunOutput::on(const Event& event) {
  if (const auto* changed = std::get_if<ConfigChanged>(&event)) adopt(*changed);
  if (const auto* recorded = std::get_if<Recorded>(&event)) add(*recorded);
  if (const auto* remeasured = std::get_if<Remeasured>(&event)) add(*remeasured);
}

void RunOutput::adopt(const ConfigChanged& changed) {
  add_inputs(session_, *changed.task);
  if (changed.task == task_) return;
  task_ = changed.task;
  write_task(directory_ / in_segment(changed.segment, "task.npz"), *task_);
}

void RunOutput::add(const Recorded& recorded) {
  if (recorded.replaces_last && !records_.empty()) records_.pop_back();
  records_.push_back(recorded.record);
  write_snapshot(directory_ / kSnapshots / snapshot_name(recorded.record), *recorded.record.embeddings);
  records_.back().embeddings.reset();  // they are in their file now, and a long run has many
  if (records_.size() < next_table_ && !is_table_stale_) return;
  is_table_stale_ = false;
  // Whenever it has grown by an eighth: the work stays proportional to the length of the run.
  next_table_ = records_.size() + records_.size() / 8 + 1;
  write_metrics_csv(directory_ / kTable, records_);
}

/// The table follows with the next step, or at the end: many steps are measured again at once.
void RunOutput::add(const Remeasured& remeasured) {
  Record* const found = find_record(records_, remeasured.segment, remeasured.step);
  if (found == nullptr) return;
  found->metrics = remeasured.metrics;
  is_table_stale_ = true;
}

void RunOutput::finish(const Engine& engine) {
  write_metrics_csv(directory_ / kTable, records_);
  write_weights(directory_ / kWeights, engine);
  session_.commands = engine.commands();
  session_.ticks = engine.tick();
  write_file(directory_ / kSession, session_toml(session_));
}

}  // namespace gramscope
