#include "app/commands/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/commands/catalogue.h"

namespace gramscope::app {

void add_list_options(CLI::App& command, ListOptions& options) {
  command.add_option("category", options.category, "tasks, models, metrics, presets or views")
      ->option_text("tasks|models|metrics|presets|views")
      ->required();
  command.add_flag("--json", options.json, "Prints a JSON array of {key, label, summary}");
}

ExitCode list_command(const ListOptions& options) {
  const auto items = catalogue_items(options.category);
  if (options.json) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& item : items)
      json.push_back({{"key", item.key}, {"label", item.label}, {"summary", item.summary}});
    std::cout << json.dump() << '\n';
    return ExitCode::ok;
  }
  std::size_t width = 0;
  for (const auto& item : items) width = std::max(width, item.key.size());
  for (const auto& item : items) std::cout << fmt::format("{:<{}}  {}\n", item.key, width, item.summary);
  return ExitCode::ok;
}

}  // namespace gramscope::app
