#include "core/io/given_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/registry/registry.h"

namespace gramscope {

namespace {

bool is_deciding(const std::string& key) {
  const auto keys = deciding_keys();
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// What of the preset's own values `key` has taken away or moved.
void note_losses(const Config& stated, const Config& before, const Config& after,
                 const std::map<std::string, std::string>& given, const std::string& key, std::vector<std::string>& notes) {
  for (const auto& [name, old] : stated.values()) {
    if (name == key || given.contains(name) || !before.contains(name)) continue;
    const auto& value = given.at(key);
    if (!after.contains(name))
      notes.push_back(
          fmt::format("{} = {} of the preset does not apply with {} = {}: left out", name, to_string(old), key, value));
    else if (after.at(name) != before.at(name))
      notes.push_back(fmt::format("{} is {} with {} = {}, instead of the preset's {}", name, to_string(after.at(name)), key,
                                  value, to_string(old)));
  }
}

}  // namespace

Config with_given_values(const Config& stated, const std::map<std::string, std::string>& given,
                         const std::string& on_divergence, std::vector<std::string>* notes) {
  Config config = resolve(stated);
  if (!stated.contains("run.on_divergence")) config.set("run.on_divergence", on_divergence);
  for (const auto key_view : deciding_keys()) {
    const std::string key(key_view);
    const auto found = given.find(key);
    if (found == given.end()) continue;
    const auto value = parse_value(find_parameter(applicable_parameters(config), key), found->second);
    if (value == config.at(key)) continue;
    const Config before = std::exchange(config, with_change(config, key, value, nullptr));
    if (notes != nullptr) note_losses(stated, before, config, given, key, *notes);
  }
  const auto applicable = applicable_parameters(config);
  for (const auto& [key, text] : given) {
    if (is_deciding(key)) continue;
    auto parameter = find_parameter(applicable, key);
    parameter.unavailable.clear();  // that may follow from values further on; resolve() sees them all
    config.set(key, parse_value(parameter, text));
  }
  return resolve(config);
}

}  // namespace gramscope
