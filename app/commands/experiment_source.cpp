#include "app/commands/experiment_source.h"

#include <string>
#include <vector>

#include "app/commands/experiment.h"
#include "core/io/preset.h"

namespace gramscope::app {

ExperimentSource experiment_source() {
  ExperimentSource source;
  source.list = [] {
    std::vector<PresetItem> items;
    for (const auto& preset : embedded_presets())
      items.push_back({preset.name, preset.title, preset.summary});
    return items;
  };
  source.load = [](Observatory& observatory, const std::string& name) {
    ExperimentOptions options;
    options.preset = name;
    const auto preset = choose_experiment(options, "back_off").session.preset;
    observatory.load(preset.config, preset.name);
  };
  return source;
}

}  // namespace gramscope::app
