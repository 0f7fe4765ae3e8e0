#include "app/commands/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/commands/number_or_null.h"
#include "app/ui/format.h"
#include "core/io/version.h"
#include "core/metrics/layer_reading.h"
#include "core/metrics/metric_list.h"

namespace gramscope::app {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string layers_text(const std::vector<LayerReading>& layers) {
  if (layers.empty()) return "\nlayers: the model has none\n";
  const auto number = [](double value) { return std::isfinite(value) ? fmt::format("{:.4f}", value) : std::string("-"); };
  std::string text =
      fmt::format("\n{:<16}{:>14}{:>15}{:>14}\n", "layer", "cka_semantic", "cka_symmetric", "nc1_quotient");
  for (const auto& layer : layers)
    text += fmt::format("{:<16}{:>14}{:>15}{:>14}\n", layer.name, number(layer.cka_semantic),
                        number(layer.cka_symmetric), number(layer.nc1_quotient));
  return text;
}

std::string step_text(const std::optional<std::int64_t>& step) {
  return step ? "at step " + format_count(*step) : std::string("not reached");
}

Json task_json(const Task& task) {
  Json json{{"kind", task.kind},
            {"contexts", task.contexts},
            {"words", task.words},
            {"entropy_floor", task.entropy_floor}};
  for (const auto& fact : task.facts) json[fact.key] = number_or_null(fact.value);
  return json;
}

std::string task_text(const Task& task) {
  std::string text = fmt::format("task         {}: {} contexts, {} words, entropy floor {:.6g} nats\n", task.kind,
                                 format_count(task.contexts), format_count(task.words), task.entropy_floor);
  for (const auto& fact : task.facts)
    text += fmt::format("             {}: {}\n", fact.label,
                        fact.value == std::round(fact.value) ? format_count(std::llround(fact.value))
                                                             : fmt::format("{:.4g}", fact.value));
  return text;
}

}  // namespace

std::string_view to_string(RunStatus status) {
  switch (status) {
    case RunStatus::done:
      return "done";
    case RunStatus::diverged:
      return "diverged";
    case RunStatus::stopped:
      return "stopped";
    case RunStatus::interrupted:
      return "interrupted";
  }
  return "";
}

RunReport make_report(const Engine& engine, const Preset& preset, RunStatus status, std::int64_t steps_taken,
                      double seconds) {
  RunReport report;
  report.preset = preset.name;
  report.title = preset.title;
  report.seed = engine.config().integer("run.seed");
  report.steps = engine.step();
  report.status = status;
  report.seconds = seconds;
  report.steps_per_second = seconds > 0.0 ? static_cast<double>(steps_taken) / seconds : 0.0;
  report.task = engine.task();
  report.last = engine.records().back();
  return report;
}

std::vector<LayerReading> layer_readings(const Record& record) {
  std::vector<LayerReading> readings;
  const Embeddings& embeddings = *record.embeddings;
  for (const auto& layer : embeddings.inside.layers) readings.push_back(read_layer(*embeddings.task, layer));
  return readings;
}

Json report_json(const RunReport& report) {
  const auto& phase = report.last.phase;
  Json json;
  json["format"] = 1;
  json["version"] = version();
  json["preset"] = report.preset;
  json["seed"] = report.seed;
  json["steps"] = report.steps;
  json["status"] = to_string(report.status);
  json["steps_per_second"] = number_or_null(report.steps_per_second);
  json["task"] = task_json(*report.task);
  json["phase"] = to_string(phase.phase());
  json["peak_step"] = or_null(phase.peak_step());
  json["overtake_step"] = or_null(phase.overtake_step());
  json["collapse_step"] = or_null(phase.collapse_step());
  json["peak"] = Json{{"cka_semantic", or_null(phase.peak_semantic())}};
  json["final"] = Json::object();
  json["undefined"] = Json::object();
  for (const auto& metric : report.last.metrics.values()) {
    json["final"][metric.key] = metric.is_defined() ? number_or_null(metric.value) : Json(nullptr);
    if (!metric.is_defined()) json["undefined"][metric.key] = metric.undefined;
  }
  if (report.layers) {
    json["layers"] = Json::array();
    for (const auto& layer : *report.layers)
      json["layers"].push_back({{"name", layer.name},
                                {"cka_semantic", number_or_null(layer.cka_semantic)},
                                {"cka_symmetric", number_or_null(layer.cka_symmetric)},
                                {"nc1_quotient", number_or_null(layer.nc1_quotient)}});
  }
  return json;
}

std::string report_text(const RunReport& report) {
  const auto& phase = report.last.phase;
  std::string text = report.preset + (report.title.empty() ? "" : ": " + report.title) + "\n";
  text += fmt::format("seed {}, {} steps in {:.1f} s ({} steps/s), {}\n\n", report.seed,
                      format_count(report.steps), report.seconds,
                      format_count(std::llround(report.steps_per_second)), to_string(report.status));
  text += task_text(*report.task);
  text += fmt::format("phase        {}\n", to_string(phase.phase()));
  if (phase.peak_semantic())
    text += fmt::format("peak         {}, cka_semantic {:.4f}\n", step_text(phase.peak_step()),
                        *phase.peak_semantic());
  else
    text += "peak         not reached\n";
  text += fmt::format("overtaken    {}\n", step_text(phase.overtake_step()));
  text += fmt::format("collapse     {}\n\n", step_text(phase.collapse_step()));

  text += fmt::format("metrics at step {}\n", format_count(report.last.step()));
  std::size_t width = 0;
  for (const auto& metric : report.last.metrics.values()) width = std::max(width, metric.key.size());
  std::string undefined;
  for (const auto& metric : report.last.metrics.values()) {
    if (!metric.is_defined()) {
      undefined += fmt::format("  {:<{}}  {}\n", metric.key, width, metric.undefined);
      continue;
    }
    const auto* entry = find_metric_entry(metric.key);
    text += fmt::format("  {:<{}}  {:>12.6g}{}\n", metric.key, width, metric.value,
                        entry == nullptr || entry->at_collapse.empty()
                            ? ""
                            : fmt::format("  (at collapse: {})", entry->at_collapse));
  }
  if (!undefined.empty()) text += "not defined\n" + undefined;
  if (report.layers) text += layers_text(*report.layers);
  return text;
}

}  // namespace gramscope::app
