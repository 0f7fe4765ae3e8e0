#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/run_tree.h"
#include "app/session_actions.h"
#include "core/io/autosave.h"
#include "core/io/session.h"
#include "core/train/stored_run.h"

namespace gramscope::app {

class Workspace;

/// A session's runs as a window shows them: each repeats its commands first, and rests where it was saved. `hooks` are the
/// trunk's, whose events `on_event` sees. Throws UsageError, InputError, Cancelled.
std::vector<RunTree::Restored> restored_runs(const Session& session, const SetSpeed& speed,
                                             std::function<void(const Event&)> on_event = {}, RunnerHooks hooks = {});

/// The same from the checkpoints beside the session's file, without repeating anything: what lies further back than where it
/// was saved cannot be gone back to. Empty where the session has none, or they do not belong to it or to this machine; then
/// `note` says why.
std::vector<RunTree::Restored> stored_runs(const Session& session, const SetSpeed& speed, std::string* note);

/// Keeps what a window has as a session: in a file when the user says so, in the autosave now and then, and reads it back.
class SessionKeeper {
 public:
  /// Both must outlive the keeper. `session` is what the tree began with. `reason_to_keep`: why no other session is opened in
  /// this window; empty where one may be.
  SessionKeeper(RunTree& tree, Workspace& workspace, const Session& session, const std::string& file,
                std::string reason_to_keep);
  /// What is being written is waited for.
  ~SessionKeeper();

  /// Once a frame, after the tree's update. Throws InputError where the looks of the session that the window was opened with
  /// are wrong; of one that was opened later that is said.
  void update();
  /// Whether a session is read or its runs are made: then the window shows what it had.
  bool is_opening() const { return opening_.valid(); }

  SessionActions actions();
  /// Reads the session again and shows it; the status line says how it went.
  void open(const std::filesystem::path& file, bool is_lost = false);
  void save(const std::filesystem::path& file);

  /// Completes a save that was asked for. Gives why it could not be; empty where nothing is missing.
  std::string finish();
  /// The window was closed by its user: nothing has to be offered at the next start.
  void end_cleanly();

 private:
  using Clock = std::chrono::steady_clock;
  struct Opened {
    Session session;
    std::vector<RunTree::Restored> runs;
    std::vector<std::string> notes;
    std::string failure;
  };
  /// What there is to be saved, cheaply compared.
  struct Fingerprint {
    std::vector<std::pair<int, std::int64_t>> ticks;
    std::vector<std::string> titles;
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
  };

  void tell(Message::Level level, const std::string& text) { tree_.shown().tell({level, text}); }
  Session session_of(const std::vector<RunTree::Told>& told) const;
  bool takes_long_to_repeat() const;
  Fingerprint fingerprint() const;
  void note_inputs();
  /// The looks of a session fit once its shown run is where it was: then they are put in force.
  void look_as_saved();
  void await_view(const Session& session);
  /// Why its runs cannot be saved now; empty where they can.
  std::string obstacle() const;
  void finish_saving();
  void finish_opening();
  void autosave();
  void write(Session session, std::vector<std::shared_ptr<const StoredRun>> stored);

  RunTree& tree_;
  Workspace& workspace_;
  std::string reason_to_keep_;
  std::filesystem::path file_;
  Session inputs_;  ///< its inputs alone: the files that tasks of this window were made from
  std::vector<std::weak_ptr<const Task>> noted_;

  ViewTable view_to_come_;  ///< of a session whose runs have still to be repeated
  int view_run_ = RunTree::kTrunk;  ///< that it is of, and where that was
  std::int64_t view_tick_ = 0;
  bool is_first_view_ = true;

  std::optional<std::filesystem::path> wanted_file_;  ///< to be saved to once all runs have told where they are
  bool is_autosaving_ = false;
  std::future<std::string> writing_;  ///< what went wrong; empty: nothing
  std::optional<std::filesystem::path> written_file_;  ///< empty: the autosave

  std::shared_ptr<Autosave> autosave_;
  Fingerprint autosaved_;
  Clock::time_point next_autosave_;
  bool has_autosave_failed_ = false;

  std::future<Opened> opening_;
  std::filesystem::path opening_file_;
  bool is_opening_lost_ = false;
  std::filesystem::path lost_;             ///< restored, and not yet saved anew
  std::vector<std::int64_t> lost_ticks_;   ///< where its runs were
  bool holds_all_of_lost_ = false;         ///< what is being written does
  std::string save_failure_;               ///< of the last file that was asked for
};

/// Those that programs of this user could not end cleanly.
std::vector<LostSession> lost_sessions();

}  // namespace gramscope::app
