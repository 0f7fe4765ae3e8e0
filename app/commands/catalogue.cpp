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

/// A task with a model that can learn it and a method that trains it.
struct Combination {
  std::string task;
  std::string model;
  std::string method;

  friend bool operator==(const Combination&, const Combination&) = default;
};

template <class Of>
std::vector<std::string> distinct(const std::vector<Combination>& combinations, const Of& of) {
  std::vector<std::string> result;
  for (const auto& combination : combinations)
    if (std::find(result.begin(), result.end(), of(combination)) == result.end()) result.push_back(of(combination));
  return result;
}

/// Which of `all` these are, in the fewest words: nothing where they are all, "task corpus" where the task decides,
/// "kernel_ufm" or "transformer with adamw" where the model or the method does.
std::vector<std::string> shortened(const std::vector<Combination>& these, const std::vector<Combination>& all) {
  std::vector<std::string> result;
  if (these.size() == all.size()) return result;
  const auto task_of = [](const Combination& c) { return c.task; };
  const auto tasks = distinct(these, task_of);
  std::vector<Combination> of_tasks;
  for (const auto& combination : all)
    if (std::find(tasks.begin(), tasks.end(), combination.task) != tasks.end()) of_tasks.push_back(combination);
  if (tasks.size() < distinct(all, task_of).size())
    for (const auto& task : tasks) result.push_back("task " + task);
  if (these.size() == of_tasks.size()) return result;
  for (const auto& model : model_entries()) {
    const auto methods_in = [&](const std::vector<Combination>& combinations) {
      std::vector<Combination> own;
      for (const auto& combination : combinations)
        if (combination.model == model.key) own.push_back(combination);
      return distinct(own, [](const Combination& c) { return c.method; });
    };
    const auto methods = methods_in(these);
    if (methods.empty()) continue;
    result.push_back(methods.size() == methods_in(of_tasks).size()
                         ? model.key
                         : fmt::format("{} with {}", model.key, fmt::join(methods, " or ")));
  }
  return result;
}

/// Whether the model can learn the task as it is by default.
bool can_learn(const std::vector<Parameter>& applicable, const std::string& model) {
  for (const auto& choice : find_parameter(applicable, "model.kind").choices)
    if (choice.key == model) return choice.unavailable.empty();
  return false;
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
  std::vector<std::vector<std::vector<Combination>>> combinations;  // of each parameter's variants
  std::vector<Combination> all;
  const auto add = [&](const Parameter& parameter, const Combination& combination) {
    const auto entry = std::find_if(found.begin(), found.end(),
                                    [&](const auto& other) { return other.key == parameter.key; });
    const auto at = static_cast<std::size_t>(entry - found.begin());
    if (entry == found.end()) {
      found.push_back({parameter.key, {}});
      combinations.emplace_back();
    }
    auto& variants = found[at].variants;
    const auto variant = std::find_if(variants.begin(), variants.end(), [&](const auto& other) {
      return is_same(other.parameter, parameter);
    });
    const auto which = static_cast<std::size_t>(variant - variants.begin());
    if (variant == variants.end()) {
      variants.push_back({parameter, {}});
      // What is available depends on the task; here the parameter is described for itself.
      variants.back().parameter.unavailable.clear();
      for (auto& choice : variants.back().parameter.choices) choice.unavailable.clear();
      combinations[at].emplace_back();
    }
    combinations[at][which].push_back(combination);
  };
  for (const auto& task : task_entries()) {
    for (const auto& model : model_entries()) {
      for (const auto& method : model.optimizers) {
        Config kinds;
        kinds.set("task.kind", task.key);
        kinds.set("model.kind", model.key);
        kinds.set("optimizer.kind", method);
        const auto applicable = possible_parameters(kinds);
        if (!can_learn(applicable, model.key)) continue;
        all.push_back({task.key, model.key, method});
        for (const auto& parameter : applicable) add(parameter, all.back());
      }
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t k = 0; k < found[i].variants.size(); ++k)
      found[i].variants[k].kinds = shortened(combinations[i][k], all);
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
      items.push_back({entry.is_prefix ? entry.key + "<" + entry.followed_by + ">" : entry.key, entry.label, entry.meaning});
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
