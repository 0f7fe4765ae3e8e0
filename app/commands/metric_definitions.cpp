#include "app/commands/metric_definitions.h"

#include "core/metrics/class_means.h"
#include "core/metrics/metric_list.h"

namespace gramscope::app {

nlohmann::ordered_json metric_definition(const std::string& key) {
  const auto* entry = find_metric_entry(key);
  if (entry == nullptr) return nlohmann::ordered_json::object();
  return {{"label", metric_label(key)},
          {"formula", entry->formula},
          {"meaning", entry->meaning},
          {"source", entry->source},
          {"range", entry->range},
          {"at_collapse", entry->at_collapse},
          {"undefined_when", entry->undefined_when}};
}

nlohmann::ordered_json metric_definitions(std::span<const std::string> keys) {
  auto definitions = nlohmann::ordered_json::object();
  for (const auto& key : keys) definitions[key] = metric_definition(key);
  return definitions;
}

nlohmann::ordered_json metric_definitions(const Metrics& metrics, const Embeddings& embeddings) {
  const Index classes = class_count(*embeddings.task);
  auto definitions = nlohmann::ordered_json::object();
  for (const auto& value : metrics.values()) {
    auto& definition = definitions[value.key] = metric_definition(value.key);
    if (const auto* entry = find_metric_entry(value.key))
      definition["at_collapse"] = at_collapse(*entry, classes, embeddings.h.rows());
  }
  return definitions;
}

}  // namespace gramscope::app
