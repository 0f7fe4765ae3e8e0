#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/preset.h"
#include "core/io/view_table.h"
#include "core/train/engine.h"

namespace gramscope {

/// A branch of a run: which run it left, where, and what it was told since. It is bit for bit the run that was given the
/// parent's first `commands` commands, then its own.
struct SessionBranch {
  std::size_t parent = 0;             ///< 0: the trunk; k: the k-th branch, one that stands before it
  std::int64_t tick = 0;              ///< of the moment in the parent that it goes on from
  std::size_t commands = 0;           ///< of the parent's, those it has inherited included
  std::string title;                  ///< what the window calls it; may be empty
  std::vector<Engine::Executed> own;  ///< its own commands, from `tick` on
  std::int64_t ticks = 0;             ///< steps executed since the trunk's beginning
};

/// A run as it happened: where it began, and every command with its tick, then the branches that left it, if any: with them
/// the run is the trunk of a tree. All of them replay to the same bits on the same version and processor. An experiment that
/// has only been chosen is one without commands.
struct Session {
  Preset preset;
  std::string version;  ///< of the program that recorded it; empty for a preset
  std::string cpu;      ///< of the machine that recorded it; empty for a preset
  std::vector<Engine::Executed> commands;
  std::vector<TaskInput> inputs;      ///< the files that its tasks were made from, each once
  std::optional<std::int64_t> ticks;  ///< steps executed; unset for a preset, which runs until run.steps
  std::vector<SessionBranch> branches = {};
  std::size_t current = 0;               ///< the run that was shown: 0 is the trunk, k the k-th branch
  std::optional<std::size_t> twin = {};  ///< the run shown beside it, another one
  /// Of a file with the state at the end, empty where there is none. A bare name is that of a file beside the session's.
  std::string checkpoint = {};
  ViewTable view = {};

  bool is_recorded() const { return !version.empty(); }
};

/// The model name of this machine's processor, or "unknown".
std::string processor_name();

/// What messages call a run of a session: "the trunk" or "branch 2".
std::string run_name(std::size_t run);

/// All commands of a run of a session, its parent's before its own; of run 0 the trunk's. Throws UsageError for a run that
/// the session does not have.
std::vector<Engine::Executed> flat_commands(const Session& session, std::size_t run);

/// A session without branches, view and checkpoint that replays that run.
Session flat_session(const Session& session, std::size_t run);

/// A session as TOML, its config resolved and in full, its paths absolute.
std::string session_toml(const Session& session);

/// Adds a task's inputs to those of a session that are not the same.
void add_inputs(Session& session, const Task& task);

/// What is to be told when a session is replayed on `task`: each input that is no longer the file it was.
std::vector<std::string> changed_inputs(const Session& session, const Task& task);

/// Reads a session or a preset. Throws InputError "file:line: key: problem". Relative paths in it are relative to the
/// directory of `file`.
Session parse_session(std::string_view text, const std::string& file);

/// The embedded preset of that name, or the preset or session in that file (see names_a_file). Throws
/// UsageError for an unknown name, InputError for a file that is missing or wrong.
Session load_session(const std::string& name_or_path);

/// Takes the commands that are due at the engine's tick, and tells how many steps may pass before the next
/// one.
class Replay {
 public:
  explicit Replay(const std::vector<Engine::Executed>& commands) : commands_(commands) {}

  void apply_due(Engine& engine);
  /// The tick of the next command; nullopt after the last.
  std::optional<std::int64_t> next_tick() const;

 private:
  const std::vector<Engine::Executed>& commands_;
  std::size_t next_ = 0;
};

}  // namespace gramscope
