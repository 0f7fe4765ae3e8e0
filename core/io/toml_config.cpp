#include "core/io/toml_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

constexpr std::array<std::string_view, 5> kSections{"task", "model", "optimizer", "reg", "run"};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

toml::table parse(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
  }
}

}  // namespace

std::span<const std::string_view> config_sections() { return kSections; }

TomlDocument::TomlDocument(std::string_view text, std::string file)
    : file_(std::move(file)), root_(parse(text, file_)) {}

void TomlDocument::fail(const toml::node& at, const std::string& key, const std::string& problem) const {
  throw InputError(fmt::format("{}:{}: {}: {}", file_, at.source().begin.line, key, problem));
}

void TomlDocument::fail(const std::string& key, const std::string& problem) const {
  throw InputError(fmt::format("{}:1: {}: {}", file_, key, problem));
}

void TomlDocument::require_known_keys(const toml::table& table, const std::string& prefix,
                                      std::span<const std::string_view> allowed) const {
  for (const auto& [key, node] : table) {
    if (std::find(allowed.begin(), allowed.end(), key.str()) != allowed.end()) continue;
    const std::vector<std::string> names(allowed.begin(), allowed.end());
    fail(node, prefix + std::string(key.str()),
         "is not a key of this file; nearest: " + joined(nearest_names(key.str(), names)));
  }
}

std::string TomlDocument::text(const toml::table& table, const std::string& key) const {
  const auto* node = table.get(key);
  if (node == nullptr) fail(table, key, "is missing");
  const auto value = node->value_exact<std::string>();
  if (!value) fail(*node, key, "must be a text in quotes");
  return *value;
}

std::string TomlDocument::text_or(const toml::table& table, const std::string& key,
                                  const std::string& otherwise) const {
  return table.contains(key) ? text(table, key) : otherwise;
}

std::int64_t TomlDocument::count(const toml::table& table, const std::string& key) const {
  const auto* node = table.get(key);
  if (node == nullptr) fail(table, key, "is missing");
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < 0) fail(*node, key, "must be a whole number of at least 0");
  return *value;
}

Value TomlDocument::value(const toml::table& table, const std::string& key) const {
  const auto* node = table.get(key);
  if (node == nullptr) fail(table, key, "is missing");
  if (const auto flag = node->value_exact<bool>()) return *flag;
  if (const auto integer = node->value_exact<std::int64_t>()) return *integer;
  if (const auto real = node->value_exact<double>()) return *real;
  if (const auto text = node->value_exact<std::string>()) return *text;
  fail(*node, key, "must be a number, a text, true or false");
}

template <class Check>
void TomlDocument::located(const toml::node& at, const std::string& key, const Check& check) const {
  try {
    check();
  } catch (const UsageError& error) {
    const std::string_view what = error.what();
    if (what.starts_with(key))
      throw InputError(fmt::format("{}:{}: {}", file_, at.source().begin.line, what));
    fail(at, key, error.what());
  }
}

Config TomlDocument::config(const toml::table& table) const {
  std::map<std::string, const toml::node*> nodes;
  Config given;
  for (const auto section : kSections) {
    const auto* node = table.get(section);
    if (node == nullptr) continue;
    const auto* values = node->as_table();
    if (values == nullptr) fail(*node, std::string(section), "must be a table");
    for (const auto& [name, entry] : *values) {
      const std::string key = fmt::format("{}.{}", section, name.str());
      if (entry.is_table() || entry.is_array() || entry.is_date() || entry.is_time() || entry.is_date_time())
        fail(entry, key, "must be a number, a text, true or false");
      nodes[key] = &entry;
      given.set(key, value(*values, std::string(name.str())));
    }
  }

  // A wrong kind would make every later message about the wrong parameters: what decides is read first.
  Config kinds;
  for (const auto key_view : deciding_keys()) {
    const std::string key(key_view);
    if (!given.contains(key)) continue;
    located(*nodes.at(key), key, [&] {
      kinds.set(key, checked_value(find_parameter(applicable_parameters(kinds), key), given.at(key)));
    });
  }
  // Of the whole file: what a value allows another to be does not depend on which stands first.
  const auto applicable = applicable_parameters(given);
  Config config;
  // In the file's order, so that its first mistake is the one reported.
  std::vector<std::pair<std::string, const toml::node*>> ordered(nodes.begin(), nodes.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.second->source().begin.line < b.second->source().begin.line;
  });
  for (const auto& [key, node] : ordered) {
    located(*node, key, [&, name = key] {
      config.set(name, checked_value(find_parameter(applicable, name), given.at(name)));
    });
  }
  // What is wrong only together: reported at the parameter the message begins with, if the file has it.
  try {
    resolve(config);
  } catch (const UsageError& error) {
    const std::string what = error.what();
    const auto named = nodes.find(what.substr(0, what.find_first_of(": ")));
    const auto line = named == nodes.end() ? 1 : named->second->source().begin.line;
    throw InputError(fmt::format("{}:{}: {}", file_, line, what));
  }
  return config;
}

std::string toml_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  std::string text = to_string(value);
  if (std::holds_alternative<double>(value) && text.find_first_not_of("-0123456789") == std::string::npos)
    text += ".0";
  return text;
}

std::string toml_text(const Config& config) {
  std::string text;
  const auto parameters = applicable_parameters(config);
  for (const auto section : kSections) {
    text += fmt::format("\n[{}]\n", section);
    for (const auto& parameter : parameters)
      if (parameter.key.starts_with(fmt::format("{}.", section)) && config.contains(parameter.key))
        text += fmt::format("{} = {}\n", parameter.key.substr(section.size() + 1),
                            toml_text(config.at(parameter.key)));
  }
  return text;
}

std::string toml_inline_text(const Config& config) {
  std::string text = "{";
  for (const auto& [key, value] : config.values())
    text += fmt::format("{} {} = {}", text.size() > 1 ? "," : "", key, toml_text(value));
  return text + " }";
}

}  // namespace gramscope
