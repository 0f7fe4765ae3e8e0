#include "core/io/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/io/atomic_file.h"
#include "core/io/input_paths.h"
#include "core/io/session_branches.h"
#include "core/io/session_commands.h"
#include "core/io/toml_config.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr std::array<std::string_view, 19> kSessionKeys{
    "format", "version", "cpu", "preset",    "title", "summary", "ticks", "current", "twin",   "checkpoint",
    "task",   "model",   "reg", "optimizer", "run",   "input",   "view",  "command", "branch",
};
constexpr std::array<std::string_view, 3> kInputKeys{"path", "bytes", "digest"};

std::string input_toml(const TaskInput& input) {
  return fmt::format("\n[[input]]\npath = {}\nbytes = {}\ndigest = {}\n", toml_text(Value{input.path}), input.bytes,
                     toml_text(Value{input.digest}));
}

std::vector<TaskInput> parse_inputs(const TomlDocument& document) {
  std::vector<TaskInput> inputs;
  for (const auto* table : document.tables("input")) {
    document.require_known_keys(*table, "input.", kInputKeys);
    inputs.push_back({document.text(*table, "path"), static_cast<std::uint64_t>(document.count(*table, "bytes")),
                      document.text(*table, "digest")});
  }
  return inputs;
}

bool is_same(const TaskInput& a, const TaskInput& b) {
  return a.path == b.path && a.bytes == b.bytes && a.digest == b.digest;
}

std::string parse_checkpoint(const TomlDocument& document, const std::filesystem::path& directory) {
  const auto name = document.text(document.root(), "checkpoint");
  if (name.empty()) document.fail(*document.root().get("checkpoint"), "checkpoint", "must not be empty");
  return std::filesystem::absolute(directory / name).lexically_normal().string();
}

/// A bare name stays one: the two files can then be moved together.
std::string recorded_checkpoint(const std::string& path) {
  return std::filesystem::path(path).has_parent_path() ? absolute_input("checkpoint", path) : path;
}

/// The input with the path that a session has for it.
TaskInput as_recorded(TaskInput input) {
  input.path = absolute_input("task.path", input.path);
  return input;
}

}  // namespace

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string session_toml(const Session& session) {
  const auto line = [](const char* key, const std::string& text) {
    return fmt::format("{} = {}\n", key, toml_text(Value{text}));
  };
  std::string text = "# A recorded run: `gramscope run` with this file repeats it.\nformat = 1\n";
  text += line("version", session.version) + line("cpu", session.cpu) + line("preset", session.preset.name) +
          line("title", session.preset.title) + line("summary", session.preset.summary);
  if (session.ticks) text += fmt::format("ticks = {}\n", *session.ticks);
  if (session.current != 0) text += fmt::format("current = {}\n", session.current);
  if (session.twin && *session.twin != session.current) text += fmt::format("twin = {}\n", *session.twin);
  if (!session.checkpoint.empty()) text += line("checkpoint", recorded_checkpoint(session.checkpoint));
  Config config = resolve(session.preset.config);
  make_paths_absolute(config);
  text += toml_text(config);
  for (const auto& input : session.inputs) text += input_toml(input);
  text += view_toml(session.view);
  for (const auto& executed : session.commands) text += command_toml(executed, "command");
  return text + branches_toml(session);
}

void add_inputs(Session& session, const Task& task) {
  for (const auto& used : task.inputs) {
    const auto input = as_recorded(used);
    const auto is_it = [&](const TaskInput& known) { return is_same(known, input); };
    if (std::none_of(session.inputs.begin(), session.inputs.end(), is_it)) session.inputs.push_back(input);
  }
}

std::vector<std::string> changed_inputs(const Session& session, const Task& task) {
  std::vector<std::string> notes;
  for (const auto& used : task.inputs) {
    const auto input = as_recorded(used);
    const TaskInput* recorded = nullptr;
    for (const auto& known : session.inputs) {
      if (known.path != input.path) continue;
      recorded = &known;
      if (is_same(known, input)) break;
    }
    if (recorded == nullptr || is_same(*recorded, input)) continue;
    notes.push_back(fmt::format("{} is not the text this session was recorded with ({} bytes then, {} now; digest {} "
                                "then, {} now): its numbers will differ",
                                used.path, recorded->bytes, input.bytes, recorded->digest, input.digest));
  }
  return notes;
}

Session parse_session(std::string_view text, const std::string& file) {
  const TomlDocument document(text, file);
  const auto& root = document.root();
  Session session;
  // What only a recorded run has; it must then say which version recorded it.
  constexpr std::array<std::string_view, 11> kOfRecordedRuns{
      "version", "cpu", "preset", "ticks", "input", "command", "branch", "current", "twin", "checkpoint", "view",
  };
  const auto is_there = [&](std::string_view key) { return root.contains(key); };
  if (std::none_of(kOfRecordedRuns.begin(), kOfRecordedRuns.end(), is_there)) {
    session.preset = parse_preset(text, file);
    return session;
  }
  document.require_format();
  document.require_known_keys(root, "", kSessionKeys);
  session.version = document.text(root, "version");
  if (session.version.empty()) document.fail(*root.get("version"), "version", "must not be empty");
  session.cpu = document.text(root, "cpu");
  session.preset.name = document.text(root, "preset");
  session.preset.title = document.text_or(root, "title", "");
  session.preset.summary = document.text_or(root, "summary", "");
  const auto directory = std::filesystem::path(file).parent_path();
  session.preset.config = document.config(root);
  anchor_paths(session.preset.config, directory);
  session.inputs = parse_inputs(document);
  if (root.contains("checkpoint")) session.checkpoint = parse_checkpoint(document, directory);
  session.view = parse_view(document);
  read_runs(document, directory, session);
  return session;
}

Session load_session(const std::string& name_or_path) {
  if (names_a_file(name_or_path)) return parse_session(read_file(name_or_path, kMaxBytes), name_or_path);
  Session session;
  session.preset = parse_preset(embedded_preset_text(name_or_path), name_or_path + ".toml");
  return session;
}

void Replay::apply_due(Engine& engine) {
  for (; next_ < commands_.size() && commands_[next_].tick <= engine.tick(); ++next_)
    engine.apply(commands_[next_].command);
}

std::optional<std::int64_t> Replay::next_tick() const {
  if (next_ == commands_.size()) return std::nullopt;
  return commands_[next_].tick;
}

}  // namespace gramscope
