#include "core/io/autosave.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "core/io/atomic_file.h"
#include "core/io/held_file.h"
#include "core/registry/error.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kBeginning = "autosave_";
constexpr std::string_view kSessionEnding = ".toml";
constexpr std::string_view kLockEnding = ".lock";
constexpr int kMostNames = 1000;

/// Of an environment variable, where it is an absolute path; otherwise empty.
fs::path absolute_from_environment(const char* name) {
  const char* const value = std::getenv(name);
  const fs::path path = value != nullptr ? value : "";
  return path.is_absolute() ? path : fs::path{};
}

fs::path home_directory() {
  const auto home = absolute_from_environment("HOME");
  if (!home.empty()) return home;
  const passwd* const account = ::getpwuid(::getuid());
  return account != nullptr && account->pw_dir != nullptr ? fs::path(account->pw_dir) : fs::path{};
}

/// Makes the directory for its owner alone, and those above it that are missing.
void make_private_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (error) throw RuntimeError(fmt::format("{}: {}", directory.parent_path().string(), error.message()));
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    throw RuntimeError(fmt::format("{}: {}", directory.string(), std::strerror(errno)));
  // In a directory that all may write to, another user could have made it, to read or change what is saved
  // there.
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0)
    throw RuntimeError(fmt::format("{}: {}", directory.string(), std::strerror(errno)));
  if (!S_ISDIR(status.st_mode)) throw RuntimeError(fmt::format("{}: is not a directory", directory.string()));
  if (status.st_uid != ::geteuid())
    throw RuntimeError(fmt::format("{}: belongs to another user", directory.string()));
  if ((status.st_mode & S_IWOTH) != 0)
    throw RuntimeError(fmt::format("{}: every user may write to it", directory.string()));
}

fs::path with_ending(fs::path path, std::string_view ending) { return path.replace_extension(ending); }

bool is_autosave(const fs::path& path, std::string_view ending) {
  const std::string name = path.filename().string();
  return name.starts_with(kBeginning) && name.ends_with(ending);
}

/// The files of that ending in a directory, in the order of their names.
std::vector<fs::path> autosaves(const fs::path& directory, std::string_view ending) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (is_autosave(entry->path(), ending)) found.push_back(entry->path());
  std::sort(found.begin(), found.end());
  return found;
}

std::chrono::system_clock::time_point time_saved(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  const auto since =
      std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(since));
}

}  // namespace

std::vector<fs::path> autosave_directories() {
  std::vector<fs::path> directories;
  const auto state = absolute_from_environment("XDG_STATE_HOME");
  if (!state.empty()) directories.push_back(state / "gramscope");
  const auto home = home_directory();
  if (!home.empty()) directories.push_back(home / ".local" / "state" / "gramscope");
  std::error_code error;
  const auto temporary = fs::temp_directory_path(error);
  if (!error) directories.push_back(temporary / fmt::format("gramscope-{}", ::getuid()));
  directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
  return directories;
}

Autosave::Autosave(const std::vector<fs::path>& directories, const SavingCalls& calls) : calls_(calls) {
  for (const auto& directory : directories) {
    try {
      make_private_directory(directory);
      hold(directory);
    } catch (const RuntimeError& error) {
      note_ += (note_.empty() ? "" : "; ") + std::string(error.what());
      continue;
    }
    remove_leftovers(directory, calls_);
    // Of processes that were killed before they saved, or while they ended.
    for (const auto& lock : autosaves(directory, kLockEnding)) {
      std::error_code ignored;
      if (!fs::exists(with_ending(lock, kSessionEnding), ignored)) remove_unless_held(lock, calls_);
    }
    return;
  }
  throw RuntimeError(
      fmt::format("the session cannot be saved by itself, since no place for it can be written ({}); set "
                  "XDG_STATE_HOME to a directory that can",
                  note_.empty() ? "there is no home directory" : note_));
}

Autosave::~Autosave() {
  // With nothing saved the lock has nothing to say.
  std::error_code ignored;
  if (!fs::exists(file_, ignored)) calls_.unlink(lock_.c_str());
  calls_.close(descriptor_);
}

/// Takes a name in the directory that no other process has or had.
void Autosave::hold(const fs::path& directory) {
  static const std::time_t started = std::time(nullptr);
  const std::string name = fmt::format("{}{:%Y%m%dT%H%M%S}_{}", kBeginning, fmt::gmtime(started), ::getpid());
  for (int attempt = 0; attempt < kMostNames; ++attempt) {
    const auto file = directory / fmt::format("{}{}{}", name, attempt == 0 ? "" : fmt::format("_{}", attempt),
                                              kSessionEnding);
    std::error_code ignored;
    // A process of the same second and id, as those in containers can be, may have left its session there.
    if (fs::exists(file, ignored)) continue;
    const auto lock = with_ending(file, kLockEnding);
    const int descriptor = create_held(lock, Locking::required, calls_);
    if (descriptor < 0 && (errno == EEXIST || errno == EINTR)) continue;
    if (descriptor < 0) break;
    if (descriptor_ >= 0) calls_.close(descriptor_);
    descriptor_ = descriptor;
    file_ = file;
    lock_ = lock;
    return;
  }
  throw RuntimeError(fmt::format("{}: {}", directory.string(), std::strerror(errno)));
}

void Autosave::save(const Session& session) {
  // Somebody may have emptied the directory meanwhile: without its lock the file would pass for one of a
  // crash.
  const auto before = file_;
  if (!is_in_place(descriptor_, lock_)) {
    make_private_directory(before.parent_path());
    hold(before.parent_path());
  }
  write_file(file_, session_toml(session), calls_);
  if (before != file_) calls_.unlink(before.c_str());
}

void Autosave::forget() {
  if (calls_.unlink(file_.c_str()) == 0 || errno == ENOENT) return;
  throw RuntimeError(
      fmt::format("{}: could not be removed: {}; the next start will offer it as a crashed session",
                  file_.string(), std::strerror(errno)));
}

CrashedSessions find_crashed(const std::vector<fs::path>& directories, const SavingCalls& calls) {
  CrashedSessions crashed;
  for (const auto& directory : directories) {
    for (const auto& file : autosaves(directory, kSessionEnding)) {
      if (is_held(with_ending(file, kLockEnding), calls)) continue;
      try {
        crashed.sessions.push_back({file, time_saved(file), load_session(file.string())});
      } catch (const InputError& error) {
        std::error_code ignored;
        const bool is_discarded = !fs::exists(file, ignored);  // by another window, just now
        if (!is_discarded) crashed.unreadable.push_back({file, error.what()});
      }
    }
  }
  std::stable_sort(crashed.sessions.begin(), crashed.sessions.end(),
                   [](const CrashedSession& a, const CrashedSession& b) { return a.saved > b.saved; });
  return crashed;
}

void discard_autosave(const fs::path& file, const SavingCalls& calls) {
  const auto lock = with_ending(file, kLockEnding);
  if (is_held(lock, calls))
    throw RuntimeError(fmt::format("{}: belongs to a process that runs; it is not removed", file.string()));
  if (calls.unlink(file.c_str()) != 0 && errno != ENOENT)
    throw RuntimeError(fmt::format("{}: could not be removed: {}", file.string(), std::strerror(errno)));
  remove_unless_held(lock, calls);
}

}  // namespace gramscope
