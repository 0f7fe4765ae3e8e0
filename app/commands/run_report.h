#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/preset.h"
#include "core/train/engine.h"

namespace gramscope::app {

/// How a run ended.
enum class RunStatus {
  done,         ///< run.steps reached
  diverged,     ///< a step gave NaN or Inf
  stopped,      ///< ended before run.steps: at the peak (run.stop), or where the recorded session ended
  interrupted,  ///< Ctrl+C
};

std::string_view to_string(RunStatus status);

/// What `run` tells about a run, once it has ended.
struct RunReport {
  std::string preset;
  std::string title;
  std::int64_t seed = 0;
  std::int64_t steps = 0;  ///< taken since the last restart
  RunStatus status = RunStatus::done;
  bool is_complete = true;  ///< no comparison with L_mm was left out because the user interrupted
  double seconds = 0.0;
  double steps_per_second = 0.0;
  std::shared_ptr<const Task> task;  ///< of the last segment
  Record last;  ///< the last recorded step
  /// Of the last recorded step, where asked for; none for models without layers.
  std::optional<std::vector<LayerReading>> layers;
};

/// Fills the report from a finished engine; `seconds` is the time `steps_taken` steps took.
RunReport make_report(const Engine& engine, const Preset& preset, RunStatus status, std::int64_t steps_taken,
                      double seconds);

/// The geometry of the layers whose hidden states the record carries.
std::vector<LayerReading> layer_readings(const Record& record);

/// {format, version, preset, seed, steps, status, steps_per_second,
/// task: {kind, contexts, words, entropy_floor, and the task's own facts}, phase, peak_step, overtake_step,
/// collapse_step, peak: {cka_semantic}, final: {metric: number or null}, undefined: {metric: reason}}
/// and where asked for layers: [{name, cka_semantic, cka_symmetric, nc1_quotient}], a number or null each. Of a session with
/// branches `run` adds branches: [objects of this form, each with its parent and tick].
nlohmann::ordered_json report_json(const RunReport& report);

/// The same for a reader: the phases in words, then a table of the final metrics.
std::string report_text(const RunReport& report);

}  // namespace gramscope::app
