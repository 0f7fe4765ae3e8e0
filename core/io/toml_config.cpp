#include "core/io/toml_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/io/byte_stream.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/text/unicode.h"

namespace gramscope {

namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMostText = std::size_t{1} << 16;
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

/// The line of the first byte that is not UTF-8; 0 where all are. The parser reads ahead and names a later one.
std::size_t line_that_is_not_utf8(std::string_view text) {
  for (std::size_t at = 0, line = 1; at < text.size();) {
    const int bytes = decode_utf8(text.substr(at)).bytes;
    if (bytes == 0) return line;
    if (text[at] == '\n') ++line;
    at += static_cast<std::size_t>(bytes);
  }
  return 0;
}

/// What the parser says about a key that is there twice, in our words; otherwise what it says.
std::string syntax_problem(std::string_view description) {
  const bool is_twice = description.find("cannot redefine existing") != std::string_view::npos;
  const auto begin = description.find('\'');
  const auto end = description.rfind('\'');
  if (!is_twice || begin == end) return fmt::format("TOML: {}", shown_text(description));
  return fmt::format("{}: is there already, further up; keep one of them",
                     shown_name(description.substr(begin + 1, end - begin - 1)));
}

toml::table parse(std::string_view text, const std::string& file) {
  if (const auto line = line_that_is_not_utf8(text); line > 0)
    throw InputError(fmt::format("{}:{}: TOML: has bytes that are not text in UTF-8", file, line));
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("{}:{}: {}", file, error.source().begin.line, syntax_problem(error.description())));
  }
}

/// " = -5" of a single value, which is wrong; of anything else nothing.
std::string shown_value(const toml::node& node) {
  if (const auto flag = node.value_exact<bool>()) return " = " + toml_text(Value{*flag});
  if (const auto integer = node.value_exact<std::int64_t>()) return " = " + toml_text(Value{*integer});
  if (const auto real = node.value_exact<double>()) return " = " + toml_text(Value{*real});
  if (const auto text = node.value_exact<std::string>()) return " = " + toml_text(Value{shown_name(*text)});
  return {};
}

}  // namespace

std::span<const std::string_view> config_sections() { return kSections; }

TomlDocument::TomlDocument(std::string_view text, std::string file)
    : file_(std::move(file)), root_(parse(text, file_)) {}

void TomlDocument::refuse(toml::source_index line, const std::string& message) const {
  // A file without a single key has no lines for the parser.
  throw InputError(fmt::format("{}:{}: {}", file_, std::max<toml::source_index>(line, 1), shown_text(message)));
}

void TomlDocument::fail(const toml::node& at, const std::string& key, const std::string& problem) const {
  refuse(at.source().begin.line, key + ": " + problem);
}

void TomlDocument::fail(const std::string& key, const std::string& problem) const { refuse(1, key + ": " + problem); }

void TomlDocument::check(const toml::node& at, const std::string& key, const std::function<void()>& action) const {
  try {
    action();
  } catch (const UsageError& error) {
    const std::string what = error.what();
    const bool names_a_parameter = what.starts_with(key) || std::any_of(kSections.begin(), kSections.end(), [&](auto section) {
                                     return what.starts_with(fmt::format("{}.", section));
                                   });
    refuse(at.source().begin.line, names_a_parameter ? what : key + ": " + what);
  }
}

std::string TomlDocument::other_version() const {
  const auto written_by = root_["version"].value<std::string>();
  if (!written_by || written_by->empty() || *written_by == version()) return {};
  return fmt::format("written by gramscope {}", shown_name(*written_by));
}

void TomlDocument::require_format() const {
  const auto* node = root_.get("format");
  if (node == nullptr) fail("format", "is missing: presets and sessions begin with format = 1");
  const auto format = count(root_, "format");
  if (format == kFormat) return;
  const auto other = other_version();
  fail(*node, fmt::format("format = {}", format),
       format < kFormat ? fmt::format("no version has written that; gramscope {} reads format {}", version(), kFormat)
                        : fmt::format("is newer than gramscope {}, which reads format {}; {}", version(), kFormat,
                                      other.empty() ? "open the file with the version that wrote it"
                                                    : "the file was " + other + ": open it with that version or a later one"));
}

void TomlDocument::require_known_keys(const toml::table& table, const std::string& prefix,
                                      std::span<const std::string_view> allowed) const {
  const toml::node* first = nullptr;
  std::string_view unknown;
  for (const auto& [key, node] : table) {
    if (std::find(allowed.begin(), allowed.end(), key.str()) != allowed.end()) continue;
    if (first != nullptr && first->source().begin.line <= node.source().begin.line) continue;
    first = &node;
    unknown = key.str();
  }
  if (first == nullptr) return;
  const std::string shown = shown_name(unknown);
  const std::vector<std::string> names(allowed.begin(), allowed.end());
  const auto other = other_version();
  fail(*first, prefix + shown,
       fmt::format("is not a key of this file{}; nearest: {}",
                   other.empty() ? "" : fmt::format(" for gramscope {} (it was {})", version(), other),
                   joined(nearest_names(shown, names))));
}

std::string TomlDocument::text(const toml::table& table, const std::string& key) const {
  const auto* node = table.get(key);
  if (node == nullptr) fail(table, key, "is missing");
  const auto value = node->value_exact<std::string>();
  if (!value) fail(*node, key + shown_value(*node), "must be a text in quotes");
  require_readable(*node, key, *value);
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
  if (!value || *value < 0) fail(*node, key + shown_value(*node), "must be a whole number of at least 0");
  return *value;
}

Value TomlDocument::value(const toml::table& table, const std::string& key) const {
  const auto* node = table.get(key);
  if (node == nullptr) fail(table, key, "is missing");
  if (const auto flag = node->value_exact<bool>()) return *flag;
  if (const auto integer = node->value_exact<std::int64_t>()) return *integer;
  if (const auto real = node->value_exact<double>()) return *real;
  if (const auto text = node->value_exact<std::string>()) {
    require_readable(*node, key, *text);
    return *text;
  }
  fail(*node, key, "must be a number, a text, true or false");
}

/// No text is as long; to look for what is near to it would take minutes.
void TomlDocument::require_readable(const toml::node& at, const std::string& key, const std::string& text) const {
  if (text.size() > kMostText) fail(at, key, fmt::format("has {} bytes, more than the {} that are read", text.size(), kMostText));
}

std::vector<const toml::table*> TomlDocument::tables(const toml::table& table, const std::string& key,
                                                     const std::string& name) const {
  std::vector<const toml::table*> tables;
  const auto* node = table.get(key);
  if (node == nullptr) return tables;
  const auto* array = node->as_array();
  if (array == nullptr) fail(*node, name, "must be written as [[" + name + "]]");
  for (const auto& entry : *array) {
    const auto* one = entry.as_table();
    if (one == nullptr) fail(entry, name, "must be a table");
    tables.push_back(one);
  }
  return tables;
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
      const std::string key = fmt::format("{}.{}", section, shown_name(name.str()));
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
    check(*nodes.at(key), key, [&] {
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
    check(*node, key, [&, name = key] {
      config.set(name, checked_value(find_parameter(applicable, name), given.at(name)));
    });
  }
  // What is wrong only together: reported at the parameter the message begins with, if the file has it.
  try {
    resolve(config);
  } catch (const UsageError& error) {
    const std::string what = error.what();
    const auto named = nodes.find(what.substr(0, what.find_first_of(": ")));
    refuse((named == nodes.end() ? table.source() : named->second->source()).begin.line, what);
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
