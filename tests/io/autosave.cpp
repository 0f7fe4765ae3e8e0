#include "core/io/autosave.h"

#include <doctest/doctest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "core/io/atomic_file.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "tests/io/failing_calls.h"
#include "tests/io/sample_run.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;
namespace fs = std::filesystem;

namespace {

Session named_session(const std::string& name, std::int64_t ticks = 7) {
  Session session;
  session.preset = {name, "Title", "Summary.", small_config(50)};
  session.version = version();
  session.cpu = "c";
  session.ticks = ticks;
  return session;
}

/// A process of its own that does `action` and then either waits to be killed or ends without tidying up.
class Process {
 public:
  template <class Action>
  explicit Process(const Action& action) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
      ::close(ready[0]);
      try {
        action();
        static_cast<void>(!::write(ready[1], "r", 1));
        ::pause();
      } catch (const std::exception&) {
      }
      ::_exit(1);
    }
    ::close(ready[1]);
    char byte = 0;
    has_acted_ = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
  }
  ~Process() { kill(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool has_acted() const { return has_acted_; }
  void kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(std::exchange(id_, -1), nullptr, 0);
  }

 private:
  pid_t id_ = -1;
  bool has_acted_ = false;
};

/// An environment variable for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* const before = std::getenv(name)) before_ = before;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

std::vector<std::string> names_of(const CrashedSessions& crashed) {
  std::vector<std::string> names;
  for (const auto& session : crashed.sessions) names.push_back(session.session.preset.name);
  return names;
}

void set_time(const fs::path& file, std::chrono::seconds since_1970) {
  const timespec times[2] = {{since_1970.count(), 0}, {since_1970.count(), 0}};
  REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

}  // namespace

TEST_CASE("autosave: a session is there until it is forgotten, and of a running process no crash") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "state/gramscope"};
  {
    Autosave autosave(places);
    CHECK(autosave.note().empty());
    auto shape = autosave.file().filename().string();
    std::replace_if(
        shape.begin(), shape.begin() + 24, [](char c) { return c >= '0' && c <= '9'; }, '0');
    CHECK(shape == "autosave_00000000T000000_" + std::to_string(::getpid()) + ".toml");
    CHECK((static_cast<unsigned>(fs::status(places[0]).permissions()) & 0777u) == 0700u);
    CHECK(!fs::exists(autosave.file()));
    autosave.save(named_session("mine", 7));
    autosave.save(named_session("mine", 8));
    CHECK(load_session(autosave.file().string()).ticks == 8);
    CHECK(find_crashed(places).sessions.empty());
    autosave.forget();
    CHECK(!fs::exists(autosave.file()));
    autosave.forget();
  }
  CHECK(count_entries(places[0]) == 0);
}

TEST_CASE(
    "autosave: what a killed process saved is found, with its time and its preset, and stays until "
    "discarded") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "gramscope"};
  Process process([&] {
    static Autosave autosave(places);
    autosave.save(named_session("collapse", 123));
  });
  REQUIRE(process.has_acted());
  CHECK(find_crashed(places).sessions.empty());
  process.kill();
  const auto before = std::chrono::system_clock::now();
  for (int look = 0; look < 2; ++look) {
    const Autosave next_start(places);
    const auto crashed = find_crashed(places);
    REQUIRE(crashed.sessions.size() == 1);
    CHECK(crashed.unreadable.empty());
    CHECK(crashed.sessions[0].session.preset.name == "collapse");
    CHECK(crashed.sessions[0].session.ticks == 123);
    CHECK(crashed.sessions[0].session.preset.config == small_config(50));
    CHECK(crashed.sessions[0].saved <= before + std::chrono::seconds(1));
    CHECK(crashed.sessions[0].saved > before - std::chrono::hours(1));
  }
  discard_autosave(find_crashed(places).sessions[0].file);
  CHECK(find_crashed(places).sessions.empty());
  CHECK(count_entries(places[0]) == 0);
}

TEST_CASE("autosave: two processes have each their own, and only the one that is no more has crashed") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "gramscope"};
  const auto saves = [&](const char* name) {
    return [&places, name] {
      static Autosave autosave(places);
      autosave.save(named_session(name));
    };
  };
  Process first(saves("first"));
  Process second(saves("second"));
  REQUIRE((first.has_acted() && second.has_acted()));
  CHECK(count_entries(places[0]) == 4);
  first.kill();
  CHECK(names_of(find_crashed(places)) == std::vector<std::string>{"first"});
  second.kill();
  CHECK(find_crashed(places).sessions.size() == 2);
}

TEST_CASE("autosave: two of one process, of the same second and id, do not meet") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "gramscope"};
  Autosave first(places);
  Autosave second(places);
  first.save(named_session("first"));
  second.save(named_session("second"));
  CHECK(load_session(first.file().string()).preset.name == "first");
  CHECK(load_session(second.file().string()).preset.name == "second");
  CHECK_THROWS_AS(discard_autosave(first.file()), RuntimeError);
  CHECK(fs::exists(first.file()));
}

TEST_CASE(
    "autosave: an end that is not clean leaves the session to be found, and its name is not used again") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "gramscope"};
  fs::path file;
  {
    Autosave autosave(places);
    file = autosave.file();
    autosave.save(named_session("mine"));
  }
  CHECK(names_of(find_crashed(places)) == std::vector<std::string>{"mine"});
  Autosave next(places);
  CHECK(next.file() != file);
  CHECK(names_of(find_crashed(places)) == std::vector<std::string>{"mine"});
}

TEST_CASE(
    "find_crashed: newest first over all directories; what cannot be read is told, and nothing is deleted") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "a", home / "b", home / "absent"};
  fs::create_directory(places[0]);
  fs::create_directory(places[1]);
  const auto leave = [&](const fs::path& place, const std::string& id, std::int64_t time) {
    const auto file = place / ("autosave_20260101T000000_" + id + ".toml");
    put(file, session_toml(named_session(id)));
    set_time(file, std::chrono::seconds(time));
  };
  leave(places[0], "1", 1000);
  leave(places[0], "2", 3000);
  leave(places[1], "3", 2000);
  put(places[1] / "autosave_20260101T000000_4.toml", "format = 1\nversion = \"0.1.0\"\nticks = -3\n");
  put(places[1] / "autosave_20260101T000000_5.toml", "");
  fs::create_directory(places[1] / "autosave_20260101T000000_6.toml");
  put(places[1] / "session.toml", "not one of ours");
  const auto crashed = find_crashed(places);
  CHECK(names_of(crashed) == std::vector<std::string>{"2", "3", "1"});
  CHECK(crashed.sessions[1].saved == std::chrono::system_clock::time_point(std::chrono::seconds(2000)));
  REQUIRE(crashed.unreadable.size() == 3);
  for (const auto& unreadable : crashed.unreadable)
    CHECK(unreadable.problem.find(unreadable.file.string() + ":") == 0);
  { const Autosave next_start({places[1]}); }
  CHECK(count_entries(places[0]) == 2);
  CHECK(count_entries(places[1]) == 5);
}

TEST_CASE("autosave: a start removes what killed processes left half made, and nothing in use") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "gramscope"};
  const Autosave running(places);
  put(places[0] / ".autosave_20260101T000000_4.toml.gramscope-4-0.tmp", "half");
  put(places[0] / "autosave_20260101T000000_5.lock", "");
  put(places[0] / "autosave_20260101T000000_6.lock", "");
  put(places[0] / "autosave_20260101T000000_6.toml", session_toml(named_session("kept")));
  const Autosave next(places);
  CHECK(count_entries(places[0]) == 4);
  CHECK(names_of(find_crashed(places)) == std::vector<std::string>{"kept"});
}

TEST_CASE("autosave: where the best place cannot be written, the next is taken, with the reason") {
  const TemporaryDirectory home;
  put(home / "file", "");
  const std::vector<fs::path> places{home / "file/gramscope", home / "second/gramscope"};
  Autosave autosave(places);
  CHECK(autosave.file().parent_path() == places[1]);
  CHECK(autosave.note() == (home / "file").string() + ": Not a directory");
  autosave.save(named_session("mine"));
  CHECK(load_session(autosave.file().string()).preset.name == "mine");

  const auto message = message_of<RuntimeError>([&] { const Autosave none({places[0]}); });
  CHECK(contains(message, (home / "file").string() + ": Not a directory"));
  CHECK(contains(message, "set XDG_STATE_HOME"));
  CHECK_THROWS_AS(Autosave{std::vector<fs::path>{}}, RuntimeError);
}

TEST_CASE("autosave: a place without locks, or that others may write to, is not taken") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "first", home / "second"};
  fs::create_directory(places[0]);
  SUBCASE("others may write to it") {
    fs::permissions(places[0], fs::perms{0777});
    const Autosave autosave(places);
    CHECK(autosave.file().parent_path() == places[1]);
    CHECK(autosave.note() == places[0].string() + ": every user may write to it");
  }
  SUBCASE("no locks") {
    SavingCalls calls = system_calls();
    int locks = 0;
    calls.flock = [&](int descriptor, int operation) {
      return ++locks == 1 ? (errno = ENOLCK, -1) : ::flock(descriptor, operation);
    };
    const Autosave autosave(places, calls);
    CHECK(autosave.file().parent_path() == places[1]);
    CHECK(autosave.note() == places[0].string() + ": No locks available");
  }
  CHECK(count_entries(places[0]) == 0);
}

TEST_CASE("autosave: a save that fails at any call keeps the one before, and can be tried again") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "gramscope"};
  SavingCalls calls = system_calls();
  Autosave autosave(places, calls);
  autosave.save(named_session("older"));
  for (std::size_t at = 0; at < 8; ++at) {
    FailingCalls failing({at, ENOSPC, true});
    calls = failing.calls();
    const auto message = message_of<RuntimeError>([&] { autosave.save(named_session("newer")); });
    // Without its lock the temporary file is written all the same.
    CHECK(message.empty() == (failing.names().at(at) == "flock"));
    calls = system_calls();
    CHECK(load_session(autosave.file().string()).preset.name == (message.empty() ? "newer" : "older"));
    CHECK(count_entries(places[0]) == 2);
    autosave.save(named_session("newer"));
    CHECK(load_session(autosave.file().string()).preset.name == "newer");
    autosave.save(named_session("older"));
  }
}

TEST_CASE("autosave: goes on where somebody emptied its directory") {
  const TemporaryDirectory home;
  const std::vector<fs::path> places{home / "gramscope"};
  Autosave autosave(places);
  autosave.save(named_session("mine"));
  SUBCASE("all of it") { fs::remove_all(places[0]); }
  SUBCASE("of its lock") { fs::remove(fs::path(autosave.file()).replace_extension(".lock")); }
  autosave.save(named_session("mine", 9));
  CHECK(find_crashed(places).sessions.empty());
  CHECK(count_entries(places[0]) == 2);
  CHECK(load_session(autosave.file().string()).ticks == 9);
}

TEST_CASE(
    "autosave_directories: XDG_STATE_HOME, the home directory, the directory for temporary files, in that "
    "order") {
  const auto own = "gramscope-" + std::to_string(::getuid());
  const Environment temporary("TMPDIR", "/");
  {
    const Environment state("XDG_STATE_HOME", "/x/state");
    const Environment home("HOME", "/x/home");
    CHECK(autosave_directories() ==
          std::vector<fs::path>{"/x/state/gramscope", "/x/home/.local/state/gramscope", "/" + own});
  }
  {
    const Environment state("XDG_STATE_HOME", "relative");
    const Environment home("HOME", "/x/home");
    CHECK(autosave_directories() == std::vector<fs::path>{"/x/home/.local/state/gramscope", "/" + own});
  }
  {
    const Environment state("XDG_STATE_HOME", nullptr);
    const Environment home("HOME", nullptr);
    for (const auto& directory : autosave_directories()) CHECK(directory.is_absolute());
  }
}
