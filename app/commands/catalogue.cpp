#include "app/commands/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/views/view.h"
#include "core/io/preset.h"
#include "core/metrics/metric_list.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

bool is_same(const Parameter& a, const Parameter& b) {
  const auto keys = [](const Parameter& parameter) {
    std::vector<std::string> result;
    for (const auto& choice : parameter.choices) result.push_back(choice.key);
    return result;
  };
  return a.default_value == b.default_value && a.minimum == b.minimum && a.maximum == b.maximum &&
         keys(a) == keys(b) && a.summary == b.summary;
}

void add_variant(CatalogueParameter& entry, const Parameter& parameter, const std::string& kind) {
  for (auto& variant : entry.variants) {
    if (!is_same(variant.parameter, parameter)) continue;
    if (std::find(variant.kinds.begin(), variant.kinds.end(), kind) == variant.kinds.end())
      variant.kinds.push_back(kind);
    return;
  }
  entry.variants.push_back({parameter, {kind}});
}

/// "kernel_ufm" where all of a model's optimizers are in the list, else "transformer with adamw".
std::vector<std::string> shortened(const std::vector<std::string>& kinds, std::size_t all) {
  if (kinds.size() == all) return {};
  std::vector<std::string> result;
  for (const auto& model : model_entries()) {
    std::vector<std::string> methods;
    for (const auto& method : model.optimizers)
      if (std::find(kinds.begin(), kinds.end(), model.key + " with " + method) != kinds.end())
        methods.push_back(method);
    if (methods.empty()) continue;
    result.push_back(methods.size() == model.optimizers.size()
                         ? model.key
                         : fmt::format("{} with {}", model.key, fmt::join(methods, " or ")));
  }
  return result;
}

template <class Entries>
std::vector<CatalogueItem> items_of(const Entries& entries) {
  std::vector<CatalogueItem> items;
  for (const auto& entry : entries) items.push_back({entry.key, entry.label, entry.summary});
  return items;
}

}  // namespace

std::vector<CatalogueParameter> catalogue_parameters() {
  std::vector<CatalogueParameter> found;
  std::size_t combinations = 0;
  for (const auto& task : task_entries()) {
    for (const auto& model : model_entries()) {
      for (const auto& optimizer : model.optimizers) {
        ++combinations;
        Config kinds;
        kinds.set("task.kind", task.key);
        kinds.set("model.kind", model.key);
        kinds.set("optimizer.kind", optimizer);
        for (const auto& parameter : possible_parameters(kinds)) {
          auto entry = std::find_if(found.begin(), found.end(),
                                    [&](const auto& other) { return other.key == parameter.key; });
          if (entry == found.end()) entry = found.insert(found.end(), {parameter.key, {}});
          add_variant(*entry, parameter, model.key + " with " + optimizer);
        }
      }
    }
  }
  // Sections together, each in the order in which its parameters first came up.
  const auto section = [](const CatalogueParameter& entry) {
    return entry.key.substr(0, entry.key.find('.'));
  };
  std::vector<std::string> sections;
  for (const auto& entry : found)
    if (std::find(sections.begin(), sections.end(), section(entry)) == sections.end())
      sections.push_back(section(entry));
  std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
    return std::find(sections.begin(), sections.end(), section(a)) <
           std::find(sections.begin(), sections.end(), section(b));
  });
  for (auto& entry : found)
    for (auto& variant : entry.variants)
      variant.kinds = shortened(variant.kinds, combinations / task_entries().size());
  return found;
}

std::vector<std::string> catalogue_categories() { return {"tasks", "models", "metrics", "presets", "views"}; }

std::vector<CatalogueItem> catalogue_items(const std::string& category) {
  if (category == "tasks") return items_of(task_entries());
  if (category == "models") return items_of(model_entries());
  if (category == "views") return items_of(view_entries());
  std::vector<CatalogueItem> items;
  if (category == "metrics") {
    for (const auto& entry : metric_entries())
      items.push_back({entry.is_per_factor ? entry.key + "<factor>" : entry.key, entry.label, entry.meaning});
    return items;
  }
  if (category == "presets") {
    for (const auto& preset : embedded_presets())
      items.push_back({preset.name, preset.title, preset.summary});
    return items;
  }
  throw UsageError(fmt::format("list: unknown \"{}\"; nearest: {}", category,
                               fmt::join(nearest_names(category, catalogue_categories(), 5), ", ")));
}

}  // namespace gramscope::app
