#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/io/saving_calls.h"
#include "core/io/session.h"

namespace gramscope {

/// What a crash does not take: the session of every running process, in a directory that outlives it.
///
/// A process has two files there, named after when it started (UTC) and its id, so that two windows never
/// write the same: `autosave_20260131T120000_4711.toml`, the session as last saved, and the same with
/// `.lock`, which the process holds a lock on (held_file.h) for as long as it runs. A session whose lock
/// nobody holds is one that its process could not forget: it has crashed, was killed, or the power failed.

/// Where autosaved sessions go, the best place first: $XDG_STATE_HOME/gramscope, ~/.local/state/gramscope
/// (without HOME: of the account's home directory), and where neither can be written, gramscope-USERID in the
/// directory for temporary files, which a restart of the machine may empty. A relative XDG_STATE_HOME counts
/// as not set, as its specification has it.
std::vector<std::filesystem::path> autosave_directories();

class Autosave {
 public:
  /// Takes the first of the directories that can be written, making it (for its owner alone) where it is not
  /// there, and removes what killed processes left half written there. Throws RuntimeError with what is wrong
  /// with each if none can.
  explicit Autosave(const std::vector<std::filesystem::path>& directories = autosave_directories(),
                    const SavingCalls& calls = system_calls());
  /// Lets go of the lock. What was saved and not forgotten stays, and is found as crashed.
  ~Autosave();
  Autosave(const Autosave&) = delete;
  Autosave& operator=(const Autosave&) = delete;

  /// Replaces what was saved before by a recorded session, at once and wholly (AtomicFile). Throws
  /// RuntimeError; the file is then as it was, and saving can be tried again.
  void save(const Session& session);
  /// Removes what was saved: at a clean end, and when there is nothing that would be missed.
  void forget();

  const std::filesystem::path& file() const { return file_; }
  /// Why better places are not used ("DIRECTORY: reason; ..."), for the user to know; empty where the best
  /// one is.
  const std::string& note() const { return note_; }

 private:
  void hold(const std::filesystem::path& directory);

  const SavingCalls& calls_;
  std::filesystem::path file_;
  std::filesystem::path lock_;
  std::string note_;
  int descriptor_ = -1;
};

/// A session that a process could not end cleanly.
struct CrashedSession {
  std::filesystem::path file;
  std::chrono::system_clock::time_point saved;  ///< when it was last saved
  Session session;                              ///< session.preset.name says of what
};

/// One that is there and cannot be read, with the reason ("file:line: key: problem").
struct UnreadableAutosave {
  std::filesystem::path file;
  std::string problem;
};

struct CrashedSessions {
  std::vector<CrashedSession> sessions;  ///< newest first
  std::vector<UnreadableAutosave> unreadable;
};

/// The autosaved sessions of processes that are no more. Deletes none; a directory that is not there has
/// none.
CrashedSessions find_crashed(const std::vector<std::filesystem::path>& directories = autosave_directories(),
                             const SavingCalls& calls = system_calls());

/// Removes an autosaved session: only when the user has restored it or does not want it. Throws RuntimeError
/// where its process runs, or it cannot be removed.
void discard_autosave(const std::filesystem::path& file, const SavingCalls& calls = system_calls());

}  // namespace gramscope
