#include "core/io/preset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/io/input_paths.h"
#include "core/io/toml_config.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "presets_embedded.h"

namespace gramscope {

namespace {

constexpr std::array<std::string_view, 8> kPresetKeys{"format", "title",     "summary", "task",
                                                      "model",  "optimizer", "reg",     "run"};

}  // namespace

Preset parse_preset(std::string_view text, const std::string& file) {
  const TomlDocument document(text, file);
  const auto& root = document.root();
  document.require_format();
  document.require_known_keys(root, "", kPresetKeys);
  Preset preset;
  preset.name = std::filesystem::path(file).stem().string();
  preset.title = document.text(root, "title");
  preset.summary = document.text(root, "summary");
  preset.config = document.config(root);
  anchor_paths(preset.config, std::filesystem::path(file).parent_path());
  return preset;
}

bool names_a_file(std::string_view name) {
  return name.ends_with(".toml") || name.find('/') != std::string_view::npos;
}

std::vector<Preset> embedded_presets() {
  std::vector<Preset> presets;
  for (const auto& file : embedded::presets())
    presets.push_back(parse_preset(file.bytes, std::string(file.name) + ".toml"));
  std::stable_partition(presets.begin(), presets.end(),
                        [](const Preset& preset) { return preset.name == kFlagshipPreset; });
  return presets;
}

std::string_view embedded_preset_text(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& file : embedded::presets()) {
    if (file.name == name) return file.bytes;
    names.emplace_back(file.name);
  }
  std::string nearest;
  for (const auto& near : nearest_names(name, names)) nearest += (nearest.empty() ? "" : ", ") + near;
  throw UsageError(fmt::format(
      "unknown preset \"{}\"; nearest: {} (a file's name ends in .toml or contains a /)", name, nearest));
}

}  // namespace gramscope
