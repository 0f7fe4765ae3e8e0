#include "app/commands/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "app/commands/catalogue.h"
#include "app/commands/metric_definitions.h"
#include "app/views/view.h"
#include "core/io/preset.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

std::string type_name(ParameterType type) {
  switch (type) {
    case ParameterType::flag:
      return "flag";
    case ParameterType::integer:
      return "integer";
    case ParameterType::real:
      return "real";
    case ParameterType::choice:
      return "choice";
    case ParameterType::file:
      return "file";
  }
  return {};
}

Json json_of(const Parameter& parameter) {
  Json json{{"key", parameter.key},
            {"label", parameter.label},
            {"symbol", parameter.symbol},
            {"summary", parameter.summary},
            {"default", json_of(parameter.default_value)},
            {"type", type_name(parameter.type)},
            {"allowed", describe_range(parameter)},
            {"effect", parameter.effect == Effect::live ? "live" : "restart"}};
  if (parameter.type == ParameterType::integer || parameter.type == ParameterType::real) {
    json["minimum"] = parameter.minimum;
    json["maximum"] = parameter.maximum;
  }
  if (!parameter.condition.key.empty()) json["needs"] = to_string(parameter.condition);
  for (const auto& choice : parameter.choices)
    json["choices"].push_back({{"key", choice.key}, {"label", choice.label}, {"summary", choice.summary}});
  return json;
}

Json json_of(const std::vector<Parameter>& parameters) {
  Json json = Json::array();
  for (const auto& parameter : parameters) json.push_back(json_of(parameter));
  return json;
}

template <class Entry>
Json json_of_entry(const char* kind, const Entry& entry) {
  return {{"kind", kind},           {"key", entry.key},
          {"label", entry.label},   {"summary", entry.summary},
          {"source", entry.source}, {"parameters", json_of(entry.parameters)}};
}

/// The traits of a task as it is by default.
TaskTraits traits_of(const TaskEntry& task) {
  Config config;
  for (const auto& parameter : task.parameters) config.set(parameter.key, parameter.default_value);
  return task.traits(config);
}

Json json_of(const TaskEntry& task) {
  Json json = json_of_entry("task", task);
  if (!task.details.empty()) json["details"] = task.details;
  const TaskTraits traits = traits_of(task);
  json["traits"] = {{"tokens", traits.has_tokens},
                    {"factors", traits.has_factors},
                    {"words_are_tokens", traits.words_are_tokens}};
  for (const auto& model : model_entries()) {
    const std::string reason = model.refuses ? model.refuses(traits) : std::string();
    if (reason.empty())
      json["learned_by"].push_back(model.key);
    else
      json["not_learned_by"][model.key] = reason;
  }
  return json;
}

Json json_of(const ModelEntry& model) {
  Json json = json_of_entry("model", model);
  json["optimizers"] = model.optimizers;
  for (const auto& task : task_entries()) {
    const TaskTraits traits = traits_of(task);
    const std::string reason = model.refuses ? model.refuses(traits) : std::string();
    if (reason.empty())
      json["learns"].push_back(task.key);
    else
      json["does_not_learn"][task.key] = reason;
    if (!model.unavailable) continue;
    for (auto& parameter : json["parameters"])
      if (const auto why = model.unavailable(parameter["key"].get<std::string>(), traits); !why.empty())
        parameter["unavailable"][task.key] = why;
  }
  return json;
}

void add_metric(const std::string& key, Json& found) {
  Json definition = metric_definition(key);
  if (definition.empty()) return;
  Json json{{"kind", "metric"}, {"key", key}};
  for (auto& [name, text] : definition.items()) json[name == "meaning" ? "summary" : name] = std::move(text);
  found.push_back(std::move(json));
}

void add_preset(const std::string& key, Json& found) {
  for (const auto& preset : embedded_presets()) {
    if (preset.name != key) continue;
    Json parameters = Json::object();
    const auto config = resolve(preset.config);
    for (const auto& parameter : applicable_parameters(config))
      parameters[parameter.key] = json_of(config.at(parameter.key));
    found.push_back({{"kind", "preset"},
                     {"key", key},
                     {"label", preset.title},
                     {"summary", preset.summary},
                     {"values", std::move(parameters)}});
  }
}

void add_parameter(const std::string& key, Json& found) {
  for (const auto& entry : catalogue_parameters()) {
    if (entry.key != key) continue;
    for (const auto& variant : entry.variants) {
      Json json{{"kind", "parameter"}};
      json.update(json_of(variant.parameter));
      if (!variant.kinds.empty()) json["of"] = variant.kinds;
      found.push_back(std::move(json));
    }
  }
}

/// All that goes by that key: "momentum" may be more than one thing.
Json find_all(const std::string& key) {
  Json found = Json::array();
  for (const auto& entry : task_entries())
    if (entry.key == key) found.push_back(json_of(entry));
  for (const auto& entry : model_entries())
    if (entry.key == key) found.push_back(json_of(entry));
  for (const auto& entry : optimizer_entries())
    if (entry.key == key) found.push_back(json_of_entry("optimizer", entry));
  add_metric(key, found);
  add_preset(key, found);
  for (const auto& entry : view_entries())
    if (entry.key == key)
      found.push_back(
          {{"kind", "view"}, {"key", entry.key}, {"label", entry.label}, {"summary", entry.summary}});
  add_parameter(key, found);
  return found;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  for (const auto& category : catalogue_categories())
    for (const auto& item : catalogue_items(category)) keys.push_back(item.key);
  for (const auto& entry : optimizer_entries()) keys.push_back(entry.key);
  for (const auto& entry : catalogue_parameters()) keys.push_back(entry.key);
  return keys;
}

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string joined(const Json& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + plain(name);
  return text;
}

/// "contexts made of tokens, latent factors"
std::string given_by(const Json& traits) {
  std::vector<std::string> given;
  if (traits["tokens"].get<bool>()) given.emplace_back("contexts made of tokens");
  if (traits["factors"].get<bool>()) given.emplace_back("latent factors");
  if (traits["words_are_tokens"].get<bool>()) given.emplace_back("words that are tokens");
  return given.empty() ? "contexts alone" : fmt::format("{}", fmt::join(given, ", "));
}

std::string parameter_text(const Json& parameter, const std::string& indent) {
  const auto symbol = plain(parameter["symbol"]);
  std::string text =
      fmt::format("{}{}{}\n", indent, plain(parameter["key"]), symbol.empty() ? "" : " (" + symbol + ")");
  const auto line = [&](const std::string& content) { text += fmt::format("{}    {}\n", indent, content); };
  line(plain(parameter["summary"]));
  line(fmt::format(
      "{}; default {}; {}", plain(parameter["allowed"]), plain(parameter["default"]),
      plain(parameter["effect"]) == "live" ? "takes effect at the next step" : "restarts the run"));
  if (parameter.contains("needs")) line("applies with " + plain(parameter["needs"]));
  if (parameter.contains("of")) line("as a parameter of " + joined(parameter["of"]));
  if (parameter.contains("unavailable"))
    for (const auto& [task, reason] : parameter["unavailable"].items())
      line(fmt::format("not with task {}: {}", task, plain(reason)));
  if (parameter.contains("choices"))
    for (const auto& choice : parameter["choices"])
      line(fmt::format("  {}: {}", plain(choice["key"]), plain(choice["summary"])));
  return text;
}

/// The words of `text` in lines of at most `width` bytes, each after `indent`.
std::string wrapped(const std::string& text, const std::string& indent, std::size_t width) {
  std::string result;
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > width)
      result += indent + std::exchange(line, {}) + '\n';
    line += (line.empty() ? "" : " ") + word;
  }
  return result + indent + line + '\n';
}

std::string text_of(const Json& item) {
  if (plain(item["kind"]) == "parameter") return "parameter " + parameter_text(item, "");
  std::string text = fmt::format("{} {}: {}\n    {}\n", plain(item["kind"]), plain(item["key"]),
                                 plain(item["label"]), plain(item["summary"]));
  const auto line = [&](const char* key, const char* label) {
    if (item.contains(key) && !plain(item[key]).empty())
      text += fmt::format("    {:<15} {}\n", label, plain(item[key]));
  };
  if (item.contains("details")) text += wrapped(plain(item["details"]), "    ", 100);
  line("formula", "formula");
  line("range", "range");
  line("at_collapse", "at collapse");
  line("undefined_when", "undefined when");
  line("source", "source");
  const auto list = [&](const char* key, const char* label) {
    if (item.contains(key)) text += fmt::format("    {:<15} {}\n", label, joined(item[key]));
  };
  const auto reasons = [&](const char* key, const char* label) {
    if (!item.contains(key)) return;
    for (const auto& [name, reason] : item[key].items())
      text += fmt::format("    {:<15} {}: {}\n", label, name, plain(reason));
  };
  if (item.contains("traits")) text += fmt::format("    {:<15} {}\n", "gives", given_by(item["traits"]));
  list("learned_by", "learned by");
  reasons("not_learned_by", "not learned by");
  list("learns", "learns");
  reasons("does_not_learn", "does not learn");
  if (item.contains("optimizers"))
    text += fmt::format("    {:<15} {}\n", "optimizers", joined(item["optimizers"]));
  if (item.contains("parameters") && !item["parameters"].empty()) {
    text += "  parameters\n";
    for (const auto& parameter : item["parameters"]) text += parameter_text(parameter, "    ");
  }
  if (item.contains("values")) {
    text += "  values\n";
    for (const auto& [key, value] : item["values"].items())
      text += fmt::format("    {} = {}\n", key, plain(value));
  }
  return text;
}

}  // namespace

void add_describe_options(CLI::App& command, DescribeOptions& options) {
  command
      .add_option("key", options.key,
                  "A task, model, optimizer, metric, preset, view or parameter, as in `list` and in files")
      ->option_text("KEY")
      ->required();
  command.add_flag("--json", options.json, "Prints a JSON array: a key may name more than one thing");
}

ExitCode describe_command(const DescribeOptions& options) {
  const auto found = find_all(options.key);
  if (found.empty()) {
    throw UsageError(fmt::format("describe: unknown \"{}\"; nearest: {}", options.key,
                                 fmt::join(nearest_names(options.key, all_keys()), ", ")));
  }
  if (options.json) {
    std::cout << found.dump() << '\n';
    return ExitCode::ok;
  }
  bool is_first = true;
  for (const auto& item : found) {
    std::cout << (is_first ? "" : "\n") << text_of(item);
    is_first = false;
  }
  return ExitCode::ok;
}

}  // namespace gramscope::app
