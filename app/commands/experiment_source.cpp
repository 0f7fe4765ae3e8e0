#include "app/commands/experiment_source.h"

#include <memory>
#include <string>
#include <vector>

#include "app/commands/experiment.h"
#include "core/io/preset.h"
#include "core/io/recording.h"

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
  source.open_recording = [](const std::filesystem::path& path) -> std::unique_ptr<RunSource> {
    return std::make_unique<Recording>(path);
  };
  return source;
}

}  // namespace gramscope::app
