#include "core/io/view_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "core/io/byte_stream.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

constexpr const char* kViewTable = "view";
constexpr const char* kViewKinds =
    "must be a number, a text, true or false, or a list of numbers or of texts";

std::vector<std::string> texts_of(const TomlDocument& document, const toml::array& array,
                                  const std::string& name) {
  std::vector<std::string> texts;
  for (const auto& node : array) {
    const auto text = node.value_exact<std::string>();
    if (!text) document.fail(node, name, kViewKinds);
    document.require_readable(node, name, *text);
    texts.push_back(*text);
  }
  return texts;
}

std::vector<double> reals_of(const TomlDocument& document, const toml::array& array,
                             const std::string& name) {
  std::vector<double> reals;
  for (const auto& node : array) {
    const auto* integer = node.as_integer();
    const auto* real = node.as_floating_point();
    if (integer == nullptr && real == nullptr) document.fail(node, name, kViewKinds);
    reals.push_back(real != nullptr ? real->get() : static_cast<double>(integer->get()));
  }
  return reals;
}

ViewValue value_of(const TomlDocument& document, const toml::node& node, const std::string& name) {
  if (const auto flag = node.value_exact<bool>()) return *flag;
  if (const auto integer = node.value_exact<std::int64_t>()) return *integer;
  if (const auto real = node.value_exact<double>()) return *real;
  if (const auto text = node.value_exact<std::string>()) {
    document.require_readable(node, name, *text);
    return *text;
  }
  const auto* array = node.as_array();
  if (array == nullptr) document.fail(node, name, kViewKinds);
  if (array->empty() || array->front().is_string()) return texts_of(document, *array, name);
  if (array->front().is_number()) return reals_of(document, *array, name);
  document.fail(array->front(), name, kViewKinds);
}

/// A key of TOML, in quotes where it has to be.
std::string key_toml(const std::string& key) {
  const bool is_bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return is_bare ? key : toml_text(Value{key});
}

template <class T>
std::string text_of(const T& value) {
  return toml_text(Value{value});
}

template <class T>
std::string text_of(const std::vector<T>& values) {
  std::vector<std::string> texts;
  std::transform(values.begin(), values.end(), std::back_inserter(texts),
                 [](const T& value) { return toml_text(Value{value}); });
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string value_toml(const ViewValue& value) {
  return std::visit([](const auto& one) { return text_of(one); }, value);
}

}  // namespace

const ViewEntry* ViewTable::find(std::string_view key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const ViewEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

void ViewTable::set(std::string_view key, ViewValue value) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const ViewEntry& entry) { return entry.key == key; });
  if (found == entries.end())
    entries.push_back({std::string(key), std::move(value), 0});
  else
    found->value = std::move(value);
}

void ViewTable::fail(const ViewEntry& entry, const std::string& problem) const {
  throw InputError(fmt::format("{}:{}: {}.{}: {}", file, std::max(entry.line, 1), kViewTable,
                               shown_name(entry.key), shown_text(problem)));
}

void ViewTable::refuse(const ViewEntry& entry, const std::string& problem) const {
  const auto* text = std::get_if<std::string>(&entry.value);
  const bool is_list = std::holds_alternative<std::vector<std::string>>(entry.value) ||
                       std::holds_alternative<std::vector<double>>(entry.value);
  const std::string shown = text != nullptr ? toml_text(Value{shown_name(*text)}) : value_toml(entry.value);
  throw InputError(fmt::format("{}:{}: {}.{}{}: {}", file, std::max(entry.line, 1), kViewTable,
                               shown_name(entry.key), is_list ? "" : " = " + shown, problem));
}

void ViewTable::require_known_keys(std::span<const std::string_view> allowed) const {
  for (const auto& entry : entries) {
    if (std::find(allowed.begin(), allowed.end(), entry.key) != allowed.end()) continue;
    const auto nearest = nearest_names(shown_name(entry.key), {allowed.begin(), allowed.end()});
    fail(entry, fmt::format("is not a key of this file; nearest: {}", fmt::join(nearest, ", ")));
  }
}

bool ViewTable::flag(const ViewEntry& entry) const {
  const auto* value = std::get_if<bool>(&entry.value);
  if (value == nullptr) refuse(entry, "must be true or false");
  return *value;
}

std::int64_t ViewTable::integer(const ViewEntry& entry, std::int64_t least, std::int64_t most) const {
  const auto* value = std::get_if<std::int64_t>(&entry.value);
  if (value == nullptr || *value < least || *value > most)
    refuse(entry, fmt::format("must be a whole number from {} to {}", least, most));
  return *value;
}

double ViewTable::real(const ViewEntry& entry, double least, double most) const {
  const auto* real = std::get_if<double>(&entry.value);
  const auto* integer = std::get_if<std::int64_t>(&entry.value);
  const bool is_number = real != nullptr || integer != nullptr;
  const double value = real != nullptr ? *real : integer != nullptr ? static_cast<double>(*integer) : 0.0;
  if (!is_number || !(value >= least && value <= most))
    refuse(entry, fmt::format("must be a number from {} to {}", least, most));
  return value;
}

const std::string& ViewTable::text(const ViewEntry& entry) const {
  const auto* value = std::get_if<std::string>(&entry.value);
  if (value == nullptr) refuse(entry, "must be a text in quotes");
  return *value;
}

const std::vector<std::string>& ViewTable::texts(const ViewEntry& entry) const {
  const auto* values = std::get_if<std::vector<std::string>>(&entry.value);
  if (values == nullptr) refuse(entry, "must be a list of texts in quotes");
  return *values;
}

std::vector<double> ViewTable::reals(const ViewEntry& entry, std::size_t count, double least,
                                     double most) const {
  const auto* reals = std::get_if<std::vector<double>>(&entry.value);
  const auto* texts = std::get_if<std::vector<std::string>>(&entry.value);
  const bool is_list = reals != nullptr || (texts != nullptr && texts->empty());
  const auto values = reals != nullptr ? *reals : std::vector<double>{};
  const auto is_in_range = [&](double value) { return value >= least && value <= most; };
  if (!is_list || values.size() != count || !std::all_of(values.begin(), values.end(), is_in_range))
    refuse(entry, fmt::format("must be a list of {} numbers from {} to {}", count, least, most));
  return values;
}

ViewTable parse_view(const TomlDocument& document) {
  ViewTable view{document.file(), {}};
  const auto* node = document.root().get(kViewTable);
  if (node == nullptr) return view;
  const auto* table = node->as_table();
  if (table == nullptr) document.fail(*node, kViewTable, "must be written as [view]");
  // The parser has them in the order of their names.
  std::vector<std::pair<std::string, const toml::node*>> ordered;
  for (const auto& [key, value] : *table) ordered.emplace_back(key.str(), &value);
  const auto place = [](const auto& entry) {
    const auto& begin = entry.second->source().begin;
    return std::pair(begin.line, begin.column);
  };
  std::sort(ordered.begin(), ordered.end(),
            [&](const auto& a, const auto& b) { return place(a) < place(b); });
  for (const auto& [key, value] : ordered)
    view.entries.push_back({key,
                            value_of(document, *value, fmt::format("{}.{}", kViewTable, shown_name(key))),
                            static_cast<int>(value->source().begin.line)});
  return view;
}

std::string view_toml(const ViewTable& view) {
  if (view.entries.empty()) return {};
  std::string text = fmt::format("\n[{}]\n", kViewTable);
  for (const auto& entry : view.entries)
    text += fmt::format("{} = {}\n", key_toml(entry.key), value_toml(entry.value));
  return text;
}

}  // namespace gramscope
