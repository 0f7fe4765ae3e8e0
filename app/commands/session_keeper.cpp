#include "app/commands/session_keeper.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "app/commands/experiment.h"
#include "app/commands/interrupt.h"
#include "app/commands/view_settings.h"
#include "app/workspace.h"
#include "core/io/atomic_file.h"
#include "core/io/checkpoint_file.h"
#include "core/io/config_text.h"
#include "core/io/input_paths.h"
#include "core/io/safetensors.h"
#include "core/io/session_commands.h"
#include "core/io/version.h"
#include "core/registry/error.h"

namespace gramscope::app {

namespace {

using namespace std::chrono_literals;

/// What a crash may cost at most.
constexpr auto kAutosaveEvery = 5s;
/// Seconds of training from which on a saved session comes with checkpoints, so that opening it does not take as long again.
constexpr double kLongToRepeat = 15.0;

/// The checkpoint of a run of a session, beside the session's file: name.ckpt, name.1.ckpt, ...
std::filesystem::path checkpoint_of(const std::filesystem::path& first, std::size_t run) {
  if (run == 0) return first;
  return first.parent_path() / fmt::format("{}.{}.ckpt", first.stem().string(), run);
}

/// Whether a stored run is where a run of the session was.
bool belongs_to(const StoredRun& stored, const std::vector<ExecutedCommand>& commands, std::int64_t tick) {
  const auto now = stored.values.find("now");
  if (now == stored.values.end() || !std::holds_alternative<std::int64_t>(now->second)) return false;
  const auto at = stored.values.find(fmt::format("checkpoints.{}.tick", std::get<std::int64_t>(now->second)));
  return at != stored.values.end() && at->second == Value{tick} &&
         std::equal(commands.begin(), commands.end(), stored.commands.begin(), stored.commands.end(),
                    [](const ExecutedCommand& a, const ExecutedCommand& b) { return command_toml(a, "command") == command_toml(b, "command"); });
}

/// The reason that something failed, for the status line.
template <class Action>
std::string failure_of(const Action& action) {
  try {
    action();
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool is_ready(const auto& future) { return future.valid() && future.wait_for(0s) == std::future_status::ready; }

}  // namespace

std::vector<RunTree::Restored> restored_runs(const Session& session, const SetSpeed& speed,
                                             std::function<void(const Event&)> on_event, RunnerHooks hooks) {
  std::vector<RunTree::Restored> runs;
  for (std::size_t run = 0; run <= session.branches.size(); ++run) {
    RunTree::Origin origin;
    std::string title;
    RunnerHooks around{.read_weights = weight_reader()};
    if (run == 0) around = std::move(hooks);
    around.catch_up.commands = flat_commands(session, run);
    around.catch_up.tick = session.ticks.value_or(0);
    if (run > 0) {
      const SessionBranch& branch = session.branches[run - 1];
      origin = {static_cast<int>(branch.parent), -1, branch.tick, branch.commands};
      around.catch_up.tick = branch.ticks;
      title = branch.title;
    }
    runs.push_back({origin,
                    std::make_unique<Observatory>(session.preset.config, session.preset.name, false, speed,
                                                  run == 0 ? std::move(on_event) : nullptr, std::move(around)),
                    title});
  }
  return runs;
}

std::vector<RunTree::Restored> stored_runs(const Session& session, const SetSpeed& speed, std::string* note) {
  std::vector<RunTree::Restored> runs;
  if (session.checkpoint.empty()) return runs;
  for (std::size_t run = 0; run <= session.branches.size(); ++run) {
    const auto path = checkpoint_of(session.checkpoint, run);
    const auto file = load_checkpoint(path);
    const std::int64_t tick = run == 0 ? session.ticks.value_or(0) : session.branches[run - 1].ticks;
    if (const auto difference = file.difference(); !difference.empty())
      *note = path.string() + " is not used: " + difference;
    else if (!belongs_to(file.run, flat_commands(session, run), tick))
      *note = path.string() + " is not used: it is of another session, or of another moment of this one";
    if (!note->empty()) return {};
    RunTree::Origin origin;
    if (run > 0) {
      const SessionBranch& branch = session.branches[run - 1];
      origin = {static_cast<int>(branch.parent), -1, branch.tick, branch.commands};
    }
    auto runner = std::make_unique<Runner>(file.run, false, speed, RunnerHooks{.read_weights = weight_reader()});
    runs.push_back({origin, std::make_unique<Observatory>(std::move(runner), speed, weight_reader()),
                    run == 0 ? std::string() : session.branches[run - 1].title});
    runs.back().observatory->set_beginning({session.preset.config, session.preset.name});
  }
  return runs;
}

std::vector<LostSession> lost_sessions() {
  std::vector<LostSession> lost;
  for (const auto& crashed : find_crashed().sessions) {
    const auto& session = crashed.session;
    const auto counted = [](std::size_t count, const char* one, const char* several) {
      return count == 0 ? std::string() : fmt::format(", {} {}", count, count == 1 ? one : several);
    };
    const std::time_t saved = std::chrono::system_clock::to_time_t(crashed.saved);
    lost.push_back({(session.preset.name.empty() ? std::string("A run") : session.preset.name) +
                        counted(session.commands.size(), "change", "changes") +
                        counted(session.branches.size(), "branch", "branches"),
                    fmt::format("Saved {:%Y-%m-%d %H:%M:%S}, {} steps. {}", fmt::localtime(saved), session.ticks.value_or(0),
                                crashed.file.string()),
                    crashed.file});
  }
  return lost;
}

SessionKeeper::SessionKeeper(RunTree& tree, Workspace& workspace, const Session& session, const std::string& file,
                             std::string reason_to_keep)
    : tree_(tree),
      workspace_(workspace),
      reason_to_keep_(std::move(reason_to_keep)),
      next_autosave_(Clock::now() + kAutosaveEvery) {
  if (session.is_recorded()) file_ = std::filesystem::absolute(file);
  inputs_.inputs = session.inputs;
  await_view(session);
  const auto failure = failure_of([&] { autosave_ = std::make_shared<Autosave>(); });
  const auto note = !failure.empty() ? failure : autosave_->note();
  if (!failure.empty()) tell(Message::Level::warning, note);
  autosaved_ = fingerprint();
}

SessionKeeper::~SessionKeeper() {
  if (writing_.valid()) writing_.wait();
}

SessionKeeper::Fingerprint SessionKeeper::fingerprint() const {
  Fingerprint print;
  for (const auto& run : tree_.runs()) {
    print.ticks.emplace_back(run.id, run.observatory->status().tick);
    for (const auto& mark : run.observatory->marks()) print.titles.push_back(mark.text);
    print.titles.push_back(run.observatory->preset() + std::to_string(run.observatory->restarts()));
  }
  return print;
}

void SessionKeeper::note_inputs() {
  const auto is_noted = [&](const std::shared_ptr<const Task>& task) {
    return std::any_of(noted_.begin(), noted_.end(), [&](const auto& known) { return known.lock() == task; });
  };
  for (const auto& run : tree_.runs()) {
    const auto& task = run.observatory->shared_task();
    if (task == nullptr || is_noted(task)) continue;
    noted_.push_back(task);
    add_inputs(inputs_, *task);
  }
}

void SessionKeeper::await_view(const Session& session) {
  view_to_come_ = session.view;
  view_run_ = static_cast<int>(session.current);
  view_tick_ = session.current == 0 ? session.ticks.value_or(0) : session.branches[session.current - 1].ticks;
}

void SessionKeeper::look_as_saved() {
  const Observatory& shown = tree_.shown();
  if (view_to_come_.entries.empty() || shown.status().is_catching_up || shown.records().empty()) return;
  const ViewTable view = std::exchange(view_to_come_, {});
  if (tree_.shown_id() != view_run_ || shown.status().tick < view_tick_)
    return tell(Message::Level::info, "The session's looks are left out: they belong to another run, or to a later step.");
  try {
    apply_view(view, tree_, workspace_);
  } catch (const InputError& error) {
    if (is_first_view_) throw;
    tell(Message::Level::warning, error.what());
  }
}

void SessionKeeper::update() {
  note_inputs();
  look_as_saved();
  if (is_ready(writing_)) finish_saving();
  // What is being saved is what was here.
  if (is_ready(opening_) && !writing_.valid() && !wanted_file_) finish_opening();
  if (const auto why = wanted_file_ || is_autosaving_ ? obstacle() : std::string(); !why.empty()) {
    is_autosaving_ = false;
    if (std::exchange(wanted_file_, {})) {
      save_failure_ = why;
      tell(Message::Level::warning, "Not saved: " + why);
    }
  }
  // One at a time: a file is not to be overtaken by what it was a moment before.
  if ((wanted_file_ || is_autosaving_) && !writing_.valid()) {
    if (const auto told = tree_.take_told()) {
      std::vector<std::shared_ptr<const StoredRun>> stored;
      holds_all_of_lost_ = told->size() >= lost_ticks_.size();
      for (std::size_t i = 0; i < std::min(told->size(), lost_ticks_.size()); ++i)
        holds_all_of_lost_ = holds_all_of_lost_ && (*told)[i].run.tick >= lost_ticks_[i];
      for (const auto& one : *told)
        if (one.run.stored != nullptr) stored.push_back(one.run.stored);
      write(session_of(*told), std::move(stored));
    }
  }
  autosave();
}

std::string SessionKeeper::obstacle() const {
  for (const auto& run : tree_.runs()) {
    if (run.observatory->is_recording()) return "snapshots of another program are no run that could be repeated.";
    if (run.observatory->status().has_failed) return "\"" + tree_.title(run) + "\" has failed; remove it in the tree first.";
  }
  return {};
}

bool SessionKeeper::takes_long_to_repeat() const {
  double fastest = 0.0;
  std::int64_t ticks = 0;
  for (const auto& run : tree_.runs()) {
    fastest = std::max(fastest, run.observatory->status().available_steps_per_second);
    ticks += run.observatory->status().tick;
  }
  // Without a rate all were opened from checkpoints, and have not moved since.
  return ticks > 0 && !(static_cast<double>(ticks) <= kLongToRepeat * fastest);
}

void SessionKeeper::autosave() {
  if (autosave_ == nullptr || has_autosave_failed_ || Clock::now() < next_autosave_) return;
  if (writing_.valid() || is_autosaving_ || wanted_file_ || is_opening()) return;
  next_autosave_ = Clock::now() + kAutosaveEvery;
  auto print = fingerprint();
  if (print == autosaved_ || !obstacle().empty()) return;
  autosaved_ = std::move(print);
  is_autosaving_ = true;
  tree_.ask_for_runs(false);
}

void SessionKeeper::save(const std::filesystem::path& file) {
  if (const auto why = obstacle(); !why.empty()) return tell(Message::Level::warning, "Not saved: " + why);
  save_failure_.clear();
  wanted_file_ = std::filesystem::absolute(file);
  is_autosaving_ = false;
  tree_.ask_for_runs(takes_long_to_repeat());
}

Session SessionKeeper::session_of(const std::vector<RunTree::Told>& told) const {
  Session session;
  session.version = version();
  session.cpu = processor_name();
  const auto& beginning = tree_.trunk().beginning();
  session.preset.name = beginning->preset;
  session.preset.config = beginning->config;
  session.inputs = inputs_.inputs;
  session.commands = told.front().run.commands;
  session.ticks = told.front().run.tick;
  const auto place_of = [&](int id) {
    const auto run = std::find_if(told.begin(), told.end(), [&](const RunTree::Told& one) { return one.id == id; });
    return static_cast<std::size_t>(run - told.begin());
  };
  for (std::size_t i = 1; i < told.size(); ++i) {
    const auto& [id, origin, title, run] = told[i];
    SessionBranch branch;
    branch.parent = place_of(origin.parent.value_or(RunTree::kTrunk));
    branch.tick = origin.tick;
    branch.commands = origin.commands;
    branch.title = title;
    branch.own.assign(run.commands.begin() + static_cast<std::ptrdiff_t>(std::min(origin.commands, run.commands.size())),
                      run.commands.end());
    branch.ticks = run.tick;
    session.branches.push_back(std::move(branch));
  }
  session.current = place_of(tree_.shown_id());
  if (tree_.beside_id()) session.twin = place_of(*tree_.beside_id());
  session.view = view_table(tree_, workspace_);
  return session;
}

void SessionKeeper::write(Session session, std::vector<std::shared_ptr<const StoredRun>> stored) {
  written_file_ = std::exchange(wanted_file_, {});
  is_autosaving_ = false;
  writing_ = std::async(std::launch::async, [session = std::move(session), stored = std::move(stored), file = written_file_,
                                             autosave = autosave_]() mutable {
    return failure_of([&] {
      if (!file) return autosave->save(session);
      if (!stored.empty()) session.checkpoint = file->stem().string() + ".ckpt";
      // First what the session refers to: one that is there can be opened.
      for (std::size_t run = 0; run < stored.size(); ++run)
        save_checkpoint(checkpoint_of(file->parent_path() / session.checkpoint, run), *stored[run]);
      write_file(*file, session_toml(session));
    });
  });
}

void SessionKeeper::finish_saving() {
  const auto failure = writing_.get();
  const auto file = std::exchange(written_file_, {});
  // What was lost is there again, in a file of this process: only now the old one may go.
  if (failure.empty() && holds_all_of_lost_ && !lost_.empty()) {
    const auto problem = failure_of([&] { discard_autosave(lost_); });
    lost_.clear();
    if (!problem.empty()) tell(Message::Level::warning, problem);
  }
  if (!file) {
    has_autosave_failed_ = !failure.empty();
    if (has_autosave_failed_)
      tell(Message::Level::warning, failure + "; the session is not saved by itself any more, Ctrl+S saves it elsewhere");
    return;
  }
  save_failure_ = failure;
  if (!failure.empty()) return tell(Message::Level::error, "Not saved: " + failure);
  file_ = *file;
  tell(Message::Level::info, "Saved " + file->string() + ". `gramscope run` repeats it to the same bytes.");
}

void SessionKeeper::open(const std::filesystem::path& file, bool is_lost) {
  if (!reason_to_keep_.empty()) return tell(Message::Level::warning, reason_to_keep_);
  if (is_opening()) return tell(Message::Level::warning, "Another session is being opened.");
  opening_file_ = std::filesystem::absolute(file);
  is_opening_lost_ = is_lost;
  opening_ = std::async(std::launch::async, [path = opening_file_, speed = tree_.shown().speed()] {
    Opened opened;
    opened.failure = failure_of([&] {
      ExperimentOptions options;
      options.preset = path.string();
      auto experiment = choose_experiment(options, "back_off");
      opened.session = std::move(experiment.session);
      opened.notes = std::move(experiment.notes);
      std::string note;
      const auto failure = failure_of([&] { opened.runs = stored_runs(opened.session, speed, &note); });
      if (!failure.empty() || !note.empty()) opened.notes.push_back(failure.empty() ? note : failure);
      if (opened.runs.empty())
        opened.runs = restored_runs(opened.session, speed, {}, {.read_weights = weight_reader()});
    });
    return opened;
  });
}

void SessionKeeper::finish_opening() {
  Opened opened = opening_.get();
  if (!opened.failure.empty()) return tell(Message::Level::warning, opened.failure);
  const auto& session = opened.session;
  tree_.replace(std::move(opened.runs), session.current, session.twin);
  inputs_.inputs = session.inputs;
  await_view(session);
  is_first_view_ = false;
  is_autosaving_ = false;
  noted_.clear();
  file_ = session.is_recorded() && !is_opening_lost_ ? opening_file_ : std::filesystem::path();
  lost_ticks_.clear();
  if (is_opening_lost_) {
    lost_ = opening_file_;
    lost_ticks_ = {session.ticks.value_or(0)};
    for (const auto& branch : session.branches) lost_ticks_.push_back(branch.ticks);
    autosaved_ = {};  // soon
  }
  auto notes = std::move(opened.notes);
  for (const auto& note : changed_inputs(session, tree_.trunk().task())) notes.push_back(note);
  if (!notes.empty()) return tell(Message::Level::warning, fmt::format("{}", fmt::join(notes, "; ")));
  tell(Message::Level::info, "Opened " + opening_file_.filename().string() + ". Space goes on from where it was saved.");
}

SessionActions SessionKeeper::actions() {
  SessionActions actions;
  actions.file = [this] { return file_; };
  actions.suggested_file = [this] {
    const auto name = tree_.trunk().preset().empty() ? std::string("session") : tree_.trunk().preset();
    return std::filesystem::current_path() /
           fmt::format("{}_{:%Y%m%d_%H%M}.toml", std::filesystem::path(name).stem().string(), fmt::localtime(std::time(nullptr)));
  };
  actions.save = [this](const std::filesystem::path& file) { save(file); };
  actions.open = [this](const std::filesystem::path& file) { open(file); };
  actions.command_line = [](const Observatory& run) { return command_line_of(run.preset(), run.config()); };
  actions.preset = [](const Observatory& run) {
    Config config = run.config();
    make_paths_absolute(config);
    return preset_text(config, run.preset().empty() ? "My experiment" : run.preset() + ", changed",
                       "What the window was set to.");
  };
  actions.lost = lost_sessions();
  actions.restore = [this](const std::filesystem::path& file) { open(file, true); };
  actions.discard = [this](const std::filesystem::path& file) {
    const auto failure = failure_of([&] { discard_autosave(file); });
    if (!failure.empty()) tell(Message::Level::warning, failure);
  };
  return actions;
}

std::string SessionKeeper::finish() {
  while ((wanted_file_ || writing_.valid()) && !InterruptGuard::was_interrupted()) {
    tree_.update();
    update();
    std::this_thread::sleep_for(5ms);
  }
  return save_failure_;
}

void SessionKeeper::end_cleanly() {
  if (writing_.valid()) writing_.wait();
  if (autosave_ != nullptr) autosave_->forget();
}

}  // namespace gramscope::app
