#include "app/commands/metrics_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/commands/metric_definitions.h"
#include "app/ui/format.h"
#include "core/io/version.h"
#include "core/metrics/metric_list.h"

namespace gramscope::app {

namespace {

using Json = nlohmann::ordered_json;

std::string sizes_text(const Embeddings& embeddings) {
  const Task& task = *embeddings.task;
  const auto many = [](Index count, const char* one, const char* several) {
    return format_count(count) + " " + (count == 1 ? one : several);
  };
  std::string text = fmt::format("{} in {}", many(task.contexts, "sample", "samples"),
                                 many(embeddings.h.rows(), "dimension", "dimensions"));
  if (task.words > 0) text += ", " + many(task.words, "class", "classes");
  if (!task.factors.empty()) text += ", " + many(static_cast<Index>(task.factors.size()), "factor", "factors");
  return text + ", step " + format_count(embeddings.step);
}

}  // namespace

Json metrics_json(const MetricsReport& report) {
  const Embeddings& embeddings = *report.file.embeddings;
  const Task& task = *embeddings.task;
  Json json{{"format", 1}, {"version", version()}, {"file", report.path.string()}, {"step", embeddings.step}};
  json["shape"] = {{"n", task.contexts},
                   {"d", embeddings.h.rows()},
                   {"K", task.words > 0 ? Json(task.words) : Json(nullptr)},
                   {"factors", task.factors.size()}};
  json["arrays"] = Json::object();
  for (const auto& [name, what] : report.file.facts) json["arrays"][name] = what;
  json["metrics"] = Json::object();
  json["undefined"] = Json::object();
  for (const auto& metric : report.metrics.values()) {
    json["metrics"][metric.key] = metric.is_defined() ? Json(metric.value) : Json(nullptr);
    if (!metric.is_defined()) json["undefined"][metric.key] = metric.undefined;
  }
  json["definitions"] = metric_definitions(report.metrics, embeddings);
  return json;
}

std::string metrics_text(const MetricsReport& report) {
  std::string text = report.path.string() + "\n" + sizes_text(*report.file.embeddings) + "\n\n";
  std::size_t width = 0;
  for (const auto& [name, what] : report.file.facts) width = std::max(width, name.size());
  for (const auto& [name, what] : report.file.facts) text += fmt::format("  {:<{}}  {}\n", name, width, what);
  text += '\n';
  std::size_t key_width = 0;
  std::size_t label_width = 0;
  for (const auto& metric : report.metrics.values()) {
    key_width = std::max(key_width, metric.key.size());
    label_width = std::max(label_width, metric_label(metric.key).size());
  }
  for (const auto& metric : report.metrics.values())
    text += fmt::format("  {:<{}}  {:<{}}  {}\n", metric.key, key_width, metric_label(metric.key), label_width,
                        metric.is_defined() ? fmt::format("{:.6g}", metric.value) : "—  " + metric.undefined);
  return text;
}

}  // namespace gramscope::app
