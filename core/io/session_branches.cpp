#include "core/io/session_branches.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/io/session_commands.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

constexpr std::array<std::string_view, 6> kBranchKeys{"parent", "tick",  "commands",
                                                      "title",  "ticks", "command"};

const SessionBranch& branch_of(const Session& session, std::size_t run) { return session.branches[run - 1]; }

const std::vector<Engine::Executed>& own_commands(const Session& session, std::size_t run) {
  return run == 0 ? session.commands : branch_of(session, run).own;
}

/// How many commands a run has from those above it.
std::size_t inherited(const Session& session, std::size_t run) {
  return run == 0 ? 0 : branch_of(session, run).commands;
}

/// A run and how many of its own commands have been given.
struct Moment {
  std::size_t run = 0;
  std::size_t own = 0;
};

/// Where `commands` commands of a run have been given: in the run that was given the last of them.
Moment moment_after(const Session& session, std::size_t run, std::size_t commands) {
  while (run != 0 && commands <= inherited(session, run)) run = branch_of(session, run).parent;
  return {run, commands - inherited(session, run)};
}

bool is_before(const Engine::Executed& executed, std::int64_t tick) { return executed.tick < tick; }
bool is_after(std::int64_t tick, const Engine::Executed& executed) { return tick < executed.tick; }

/// How many commands of a run are given before that tick.
std::size_t commands_before(const Session& session, std::size_t run, std::int64_t tick) {
  std::size_t most = std::numeric_limits<std::size_t>::max();
  for (; run != 0 && tick <= branch_of(session, run).tick; run = branch_of(session, run).parent)
    most = std::min(most, inherited(session, run));
  const auto& own = own_commands(session, run);
  const auto before = std::lower_bound(own.begin(), own.end(), tick, is_before) - own.begin();
  return std::min(most, inherited(session, run) + static_cast<std::size_t>(before));
}

/// The same up to and with that tick, which is not before the run begins.
std::size_t commands_until(const Session& session, std::size_t run, std::int64_t tick) {
  const auto& own = own_commands(session, run);
  const auto until = std::upper_bound(own.begin(), own.end(), tick, is_after) - own.begin();
  return inherited(session, run) + static_cast<std::size_t>(until);
}

/// Reads the runs of a session one after the other: what a branch says is held against the runs that stand
/// before it.
class RunReader {
 public:
  RunReader(const TomlDocument& document, const std::filesystem::path& directory, Session& session)
      : document_(document), directory_(directory), session_(session), tables_(document.tables("branch")) {}

  void read() {
    for (const auto* table : tables_) session_.branches.push_back(read_head(*table));
    wanted_.resize(session_.branches.size() + 1);
    for (const auto& branch : session_.branches) {
      const auto begin = moment_after(session_, branch.parent, branch.commands);
      wanted_[begin.run].insert(begin.own);
    }
    read_trunk();
    for (std::size_t run = 1; run <= session_.branches.size(); ++run) read_branch(run);
    session_.current = read_shown("current").value_or(0);
    session_.twin = read_shown("twin");
    if (session_.twin == session_.current)
      document_.fail(*document_.root().get("twin"), fmt::format("twin = {}", *session_.twin),
                     "is the run that is shown already (current); leave it out, or name another");
  }

 private:
  /// What a branch says, but for its commands; only its parent is checked.
  SessionBranch read_head(const toml::table& table) const {
    document_.require_known_keys(table, "branch.", kBranchKeys);
    SessionBranch branch;
    branch.parent = read_run(table, "parent", session_.branches.size(), "a branch stands below its parent");
    branch.tick = document_.count(table, "tick");
    branch.commands = static_cast<std::size_t>(document_.count(table, "commands"));
    branch.title = document_.text_or(table, "title", "");
    branch.ticks = document_.count(table, "ticks");
    return branch;
  }

  std::size_t read_run(const toml::table& table, const std::string& key, std::size_t last,
                       const char* why) const {
    const auto run = static_cast<std::size_t>(document_.count(table, key));
    if (run > last)
      document_.fail(
          *table.get(key), fmt::format("{} = {}", key, run),
          fmt::format("must be {}: 0 is the trunk{}; {}", last == 0 ? "0" : fmt::format("from 0 to {}", last),
                      last == 0 ? "" : ", 1 the first branch", why));
    return run;
  }

  std::optional<std::size_t> read_shown(const std::string& key) const {
    if (!document_.root().contains(key)) return std::nullopt;
    return read_run(document_.root(), key, session_.branches.size(), "the file has no other runs");
  }

  void read_trunk() {
    const auto& root = document_.root();
    auto trunk =
        parse_commands(document_, {"command", document_.tables("command"), resolve(session_.preset.config)},
                       wanted_[0], directory_);
    session_.commands = std::move(trunk.commands);
    trunk.configs.emplace(0, resolve(session_.preset.config));
    configs_.push_back(std::move(trunk.configs));
    if (!root.contains("ticks")) return;
    session_.ticks = document_.count(root, "ticks");
    require_end(root, *session_.ticks, session_.commands);
  }

  void read_branch(std::size_t run) {
    const auto& table = *tables_[run - 1];
    auto& branch = session_.branches[run - 1];
    require_moment(table, branch);
    const auto begin = moment_after(session_, branch.parent, branch.commands);
    const CommandTables given{"branch.command", document_.tables(table, "command", "branch.command"),
                              configs_[begin.run].at(begin.own), branch.tick};
    auto parsed = parse_commands(document_, given, wanted_[run], directory_);
    branch.own = std::move(parsed.commands);
    configs_.push_back(std::move(parsed.configs));
    if (branch.ticks < branch.tick)
      document_.fail(
          *table.get("ticks"), fmt::format("ticks = {}", branch.ticks),
          fmt::format("is before the branch begins, at {}; it says how many steps were executed since the "
                      "trunk began",
                      branch.tick));
    require_end(table, branch.ticks, branch.own);
  }

  /// Whether the parent has that moment.
  void require_moment(const toml::table& table, const SessionBranch& branch) const {
    const std::size_t parent = branch.parent;
    const std::int64_t first = parent == 0 ? 0 : branch_of(session_, parent).tick;
    const auto last = parent == 0 ? session_.ticks : branch_of(session_, parent).ticks;
    if (branch.tick < first || (last && branch.tick > *last))
      document_.fail(*table.get("tick"), fmt::format("tick = {}", branch.tick),
                     last ? fmt::format("must be from {} to {}, where {} begins and ends", first, *last,
                                        run_name(parent))
                          : fmt::format("must be at least {}, where {} begins", first, run_name(parent)));
    const auto least = commands_before(session_, parent, branch.tick);
    const auto most = commands_until(session_, parent, branch.tick);
    if (branch.commands < least || branch.commands > most)
      document_.fail(
          *table.get("commands"), fmt::format("commands = {}", branch.commands),
          fmt::format("must be {}: of the commands of {} so many come before tick {}{}",
                      least == most ? fmt::format("{}", least) : fmt::format("from {} to {}", least, most),
                      run_name(parent), branch.tick, least == most ? "" : ", or up to it"));
  }

  void require_end(const toml::table& table, std::int64_t ticks,
                   const std::vector<Engine::Executed>& commands) const {
    if (commands.empty() || ticks >= commands.back().tick) return;
    document_.fail(*table.get("ticks"), fmt::format("ticks = {}", ticks),
                   fmt::format("is before the last command, at {}; it says how many steps were executed",
                               commands.back().tick));
  }

  const TomlDocument& document_;
  const std::filesystem::path& directory_;
  Session& session_;
  std::vector<const toml::table*> tables_;
  // Of every run: after how many of its own commands a branch begins, and the config in force there.
  std::vector<std::set<std::size_t>> wanted_;
  std::vector<std::map<std::size_t, Config>> configs_;
};

}  // namespace

void read_runs(const TomlDocument& document, const std::filesystem::path& directory, Session& session) {
  RunReader(document, directory, session).read();
}

std::string branches_toml(const Session& session) {
  std::string text;
  for (const auto& branch : session.branches) {
    text += fmt::format("\n[[branch]]\nparent = {}\ntick = {}\ncommands = {}\n", branch.parent, branch.tick,
                        branch.commands);
    if (!branch.title.empty()) text += fmt::format("title = {}\n", toml_text(Value{branch.title}));
    text += fmt::format("ticks = {}\n", branch.ticks);
    for (const auto& executed : branch.own) text += command_toml(executed, "branch.command");
  }
  return text;
}

std::string run_name(std::size_t run) { return run == 0 ? "the trunk" : fmt::format("branch {}", run); }

std::vector<Engine::Executed> flat_commands(const Session& session, std::size_t run) {
  if (run > session.branches.size())
    throw UsageError(
        fmt::format("run {}: the session has runs 0 to {}; 0 is the trunk", run, session.branches.size()));
  // From the run up to the trunk; those below take of each only what came before they left it.
  std::vector<Moment> parts;
  for (std::size_t most = std::numeric_limits<std::size_t>::max();;) {
    const std::size_t before = inherited(session, run);
    parts.push_back({run, std::min(own_commands(session, run).size(), std::max(most, before) - before)});
    if (run == 0) break;
    most = std::min(most, before);
    const std::size_t parent = branch_of(session, run).parent;
    if (parent >= run)
      throw UsageError(
          fmt::format("branch {}: its parent, {}, does not stand before it", run, run_name(parent)));
    run = parent;
  }
  std::vector<Engine::Executed> commands;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const auto& own = own_commands(session, part->run);
    commands.insert(commands.end(), own.begin(), own.begin() + static_cast<std::ptrdiff_t>(part->own));
  }
  return commands;
}

Session flat_session(const Session& session, std::size_t run) {
  Session flat;
  flat.preset = session.preset;
  flat.version = session.version;
  flat.cpu = session.cpu;
  flat.inputs = session.inputs;
  flat.commands = flat_commands(session, run);
  flat.ticks = run == 0 ? session.ticks : branch_of(session, run).ticks;
  return flat;
}

}  // namespace gramscope
