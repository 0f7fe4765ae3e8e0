#include "app/dropped_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {
namespace {

constexpr const char* kPathKey = "task.path";

/// The first task that learns from a file; nullptr if there is none.
const TaskEntry* file_task() {
  for (const auto& entry : task_entries())
    for (const auto& parameter : entry.parameters)
      if (parameter.key == kPathKey && parameter.type == ParameterType::file) return &entry;
  return nullptr;
}

/// The length of the well-formed UTF-8 sequence at `text[at]`; 0 if it is broken. One that the end of the
/// text cuts off is not.
std::size_t sequence_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  if (lead >= 0xc2 && lead < 0xe0) length = 2;
  if (lead >= 0xe0 && lead < 0xf0) length = 3;
  if (lead >= 0xf0 && lead < 0xf5) length = 4;
  for (std::size_t i = at + 1; i < std::min(at + length, text.size()); ++i)
    if ((byte(i) & 0xc0u) != 0x80u) return 0;
  return length;
}

std::string what_can_be_dropped() {
  const std::string others = "a preset or session (.toml), or snapshots (.npz, .npy, .safetensors or a directory of them)";
  return file_task() != nullptr ? "drop a text to learn from, " + others : "drop " + others;
}

void learn_from(Observatory& observatory, const std::string& path) {
  const TaskEntry& task = *file_task();
  // Beside a recording there is no run to take the rest from.
  Config config = observatory.is_recording() ? resolve(Config{}) : observatory.config();
  if (config.text("task.kind") != task.key) config = with_change(config, "task.kind", task.key, nullptr);
  observatory.load(with_change(config, kPathKey, path, nullptr), {});
}

}  // namespace

bool looks_like_snapshots(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return true;
  constexpr std::array kEndings{".npy", ".npz", ".safetensors", ".pt", ".pth"};
  return std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) { return path.extension() == ending; });
}

bool looks_like_text(const std::filesystem::path& path) {
  constexpr std::size_t kLooked = 65'536;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path.string() + ": cannot be read");
  std::string begin(kLooked, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(file.gcount()));
  if (begin.empty() || begin.find('\0') != std::string::npos) return false;
  for (std::size_t at = 0; at < begin.size();) {
    const std::size_t length = sequence_length(begin, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void open_dropped_file(Observatory& observatory, const ExperimentSource& experiments,
                       const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  try {
    if (looks_like_snapshots(path) && experiments.open_recording)
      return observatory.open(experiments.open_recording(path));
    if (path.extension() == ".toml" && experiments.load) return experiments.load(observatory, path.string());
    if (!looks_like_text(path) || file_task() == nullptr)
      throw InputError(name + ": is not something to learn from; " + what_can_be_dropped());
    learn_from(observatory, path.string());
  } catch (const std::exception& problem) {
    observatory.tell({Message::Level::warning, problem.what()});
  }
}

}  // namespace gramscope::app
