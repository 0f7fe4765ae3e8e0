#include "app/commands/metrics.h"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "app/commands/interrupt.h"
#include "app/commands/metrics_report.h"
#include "app/commands/preparation.h"
#include "core/io/metrics_csv.h"
#include "core/io/snapshot_paths.h"
#include "core/io/task_file.h"
#include "core/linalg/arithmetic.h"
#include "core/metrics/measure.h"
#include "core/registry/error.h"
#include "core/theory/max_margin_work.h"
#include "core/train/max_margin_policy.h"

namespace gramscope::app {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Reads and measures one snapshot after another; what they have in common is worked out once.
class Measurer {
 public:
  explicit Measurer(const TaskWork& work) : work_(work) {}

  MetricsReport measure(const SnapshotPath& snapshot) {
    const Task* const targets = targets_of(snapshot.path);
    MetricsReport report;
    report.path = snapshot.path;
    report.file = read_embedding_file(snapshot.path, before_.get(), targets, work_);
    Embeddings& embeddings = *report.file.embeddings;
    embeddings.segment = snapshot.segment;
    add_theory(embeddings);
    report.metrics = gramscope::measure(embeddings, MeasureDepth::record, work_);
    before_ = report.file.embeddings;
    return report;
  }

 private:
  /// The task of the run that the snapshot is of; nullptr for files of other programs.
  const Task* targets_of(const fs::path& snapshot) {
    const auto path = task_file_of(snapshot);
    if (!path) return nullptr;
    auto& task = tasks_[*path];
    if (task == nullptr) task = read_task(*path);
    if (task_path_ != *path) before_.reset();  // another segment's contexts
    task_path_ = *path;
    return task.get();
  }

  /// As the engine of a run does it: L_mm is solved for where that takes a moment.
  void add_theory(Embeddings& embeddings) {
    const Task& task = *embeddings.task;
    if (!task.has_targets()) {
      embeddings.max_margin_missing = max_margin_left_out(task);
      return;
    }
    if (theory_ == nullptr || theory_->task != embeddings.task) {
      theory_ = make_task_theory(embeddings.task);
      max_margin_.reset();
      missing_ = max_margin_left_out(task);
      if (missing_.empty() && embeddings.w.rows() == 0) missing_ = "there is no W";
      if (missing_.empty()) {
        const auto solving = solve_max_margin_now(theory_, work_);
        work_.progress(0.0, "Measuring");
        max_margin_ = solving->result();
        missing_ = solving->failure();
      }
    }
    embeddings.theory = theory_;
    embeddings.max_margin = max_margin_;
    embeddings.max_margin_missing = missing_;
  }

  const TaskWork& work_;
  std::shared_ptr<const Embeddings> before_;
  std::map<fs::path, std::shared_ptr<const Task>> tasks_;
  fs::path task_path_;
  std::shared_ptr<const TaskTheory> theory_;
  std::shared_ptr<const MaxMarginTheory> max_margin_;
  std::string missing_;
};

/// The work on one of several snapshots as a part of the work on all.
TaskWork part_of_all(const TaskWork& work, std::size_t& part, std::size_t parts) {
  TaskWork result = work;
  result.report = [report = work.report, &part, parts](double share, std::string_view what) {
    report((static_cast<double>(part) + share) / static_cast<double>(parts),
           fmt::format("{} of {}: {}", part + 1, parts, what));
  };
  return result;
}

ExitCode tell_directory(const MetricsOptions& options, const std::vector<SnapshotPath>& snapshots, const TaskWork& work,
                        Progress& progress) {
  if (snapshots.empty()) refuse_without_snapshots(options.path);
  std::size_t part = 0;
  const TaskWork part_work = part_of_all(work, part, snapshots.size());
  Measurer measurer(part_work);
  std::vector<Record> records;
  auto json = Json::array();
  for (; part < snapshots.size(); ++part) {
    const auto report = measurer.measure(snapshots[part]);
    if (options.json) json.push_back(metrics_json(report));
    const Embeddings& embeddings = *report.file.embeddings;
    records.push_back({embeddings.segment, embeddings.step, report.metrics, {}, nullptr});
  }
  progress.clear();
  if (options.json)
    std::cout << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  else
    std::cout << metrics_csv(records);
  return ExitCode::ok;
}

}  // namespace

void add_metrics_options(CLI::App& command, MetricsOptions& options) {
  command
      .add_option("path", options.path,
                  "An .npz, .npy or .safetensors file with the embeddings H (n×d, a row per sample), optionally W (K×d), b, "
                  "labels, factors, factor_names, names, step; or a directory of them, one per step, of which a table in "
                  "CSV is printed")
      ->option_text("PATH")
      ->required();
  command.add_flag("--json", options.json,
                   "Prints {format, version, file, step, shape, arrays, metrics, undefined, definitions}; of a directory an "
                   "array of them");
}

ExitCode metrics_command(const MetricsOptions& options) {
  if (options.path == "-") throw InputError("-: the standard input is not read; name a file");
  const ComputeScope scope;
  const InterruptGuard guard;
  Progress progress;
  const TaskWork work = task_preparation(progress)();
  const auto snapshots = list_snapshots(options.path);
  if (fs::is_directory(options.path)) return tell_directory(options, snapshots, work, progress);
  const auto report = Measurer(work).measure(snapshots.front());
  progress.clear();
  if (options.json)
    std::cout << metrics_json(report).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  else
    std::cout << metrics_text(report);
  return ExitCode::ok;
}

}  // namespace gramscope::app
