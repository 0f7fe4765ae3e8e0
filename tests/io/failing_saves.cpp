#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "core/io/atomic_file.h"
#include "core/io/held_file.h"
#include "core/io/npz.h"
#include "core/registry/error.h"
#include "tests/io/failing_calls.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;
namespace fs = std::filesystem;

namespace {

constexpr auto kOld = "the older contents";

/// The names of the calls that one save makes, in order.
std::vector<std::string> calls_of_a_save(const fs::path& path) {
  FailingCalls counted;
  write_file(path, "x", counted.calls());
  return counted.names();
}

/// What a call of that name may fail with.
std::vector<int> errors_of(const std::string& call) {
  if (call == "open") return {EACCES, EROFS, EMFILE, ENOSPC, EIO};
  if (call == "pwrite") return {ENOSPC, EDQUOT, EFBIG, EIO};
  if (call == "fsync") return {ENOSPC, EDQUOT, EIO};
  if (call == "close") return {EIO, ENOSPC};
  return {EACCES, EROFS, ENOSPC, EIO};
}

std::size_t position(const std::vector<std::string>& names, const std::string& name, std::size_t which = 0) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name && which-- == 0) return i;
  FAIL("no such call: ", name);
  return 0;
}

/// A file as a process leaves it that is killed while it saves `path`.
fs::path leftover_of(const fs::path& path, int number) {
  return path.parent_path() /
         ("." + path.filename().string() + ".gramscope-123-" + std::to_string(number) + ".tmp");
}

}  // namespace

TEST_CASE(
    "saving: brings the bytes to the disk before the name, and the name before it says that it is done") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  CHECK(calls_of_a_save(path) == std::vector<std::string>{"open", "flock", "pwrite", "fsync", "open",
                                                          "rename", "fsync", "close", "close"});
  CHECK(calls_of_a_save(path) == std::vector<std::string>{"open", "flock", "pwrite", "fsync", "open",
                                                          "exchange", "fsync", "close", "unlink", "close"});
}

TEST_CASE(
    "saving: whichever call fails, what was there stays, the message says why, and saving again works") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  for (const bool has_older : {true, false}) {
    fs::remove(path);
    if (has_older) put(path, kOld);
    const auto names = calls_of_a_save(path);
    for (std::size_t at = 0; at < names.size(); ++at) {
      for (const int error : errors_of(names[at])) {
        for (const bool is_lasting : {false, true}) {
          fs::remove(path);
          if (has_older) put(path, kOld);
          FailingCalls failing({at, error, is_lasting});
          const auto calls = failing.calls();
          const auto message = message_of<RuntimeError>([&] { write_file(path, "new", calls); });
          CAPTURE(names[at]);
          CAPTURE(at);
          CAPTURE(is_lasting);
          CAPTURE(std::strerror(error));
          // The lock and what comes after the file is safe are not needed for it; a directory that cannot be
          // read cannot be flushed.
          const bool is_needed = names[at] != "flock" && names[at] != "unlink" && at + 1 < names.size() &&
                                 !(at == position(names, "open", 1) && error == EACCES);
          CHECK(message.empty() == !is_needed);
          if (!is_needed) {
            CHECK(contents(path) == "new");
          } else {
            CHECK(message.find(path.string() + ": could not ") == 0);
            CHECK(contains(message, std::strerror(error)));
            CHECK(contains(message, "save"));
            CHECK(contains(message, "Nothing there has changed"));
            CHECK(fs::exists(path) == has_older);
            CHECK(contents(path) == (has_older ? kOld : ""));
          }
          const bool leaves_temporary = names[at] == "unlink";
          CHECK(count_entries(directory.path()) ==
                (fs::exists(path) ? 1u : 0u) + (leaves_temporary ? 1u : 0u));
          failing.repair();
          write_file(path, "new", calls);
          CHECK(contents(path) == "new");
          CHECK(count_entries(directory.path()) == 1);
        }
      }
    }
  }
}

TEST_CASE("saving: an archive, of whose many writes each may fail") {
  const TemporaryDirectory directory;
  const auto path = directory / "arrays.npz";
  const std::vector<NamedArray> older{{"x", real_array({1.0, 2.0})}};
  const std::vector<NamedArray> newer{{"x", real_array({3.0})}, {"names", text_array({"λ", "b"})}};
  write_npz(path, older);
  FailingCalls counted;
  write_npz(path, newer, Compression::deflated, counted.calls());
  const auto names = counted.names();
  const auto bytes = contents(path);
  CHECK(std::count(names.begin(), names.end(), "pwrite") > 10);
  for (std::size_t at = 0; at + 1 < names.size(); ++at) {
    if (names[at] == "flock" || names[at] == "unlink") continue;
    write_npz(path, older);
    FailingCalls failing({at, ENOSPC});
    const auto calls = failing.calls();
    const auto message =
        message_of<RuntimeError>([&] { write_npz(path, newer, Compression::deflated, calls); });
    CAPTURE(at);
    CAPTURE(names[at]);
    CHECK(message.find(path.string() + ": could not ") == 0);
    CHECK(contains(message, "No space left on device. Nothing there has changed: make room there"));
    CHECK(read_npz(path)[0].array == older[0].array);
    CHECK(count_entries(directory.path()) == 1);
    failing.repair();
    write_npz(path, newer, Compression::deflated, calls);
    CHECK(contents(path) == bytes);
  }
}

TEST_CASE("saving: short writes and interrupted calls are gone on with") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(path, kOld);
  std::string bytes(10000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i % 251);
  int calls_made = 0;
  const auto interrupts = [&](const auto& real) {
    return [&calls_made, real](auto... arguments) {
      if (++calls_made % 2 == 1) {
        errno = EINTR;
        return decltype(real(arguments...)){-1};
      }
      return real(arguments...);
    };
  };
  SavingCalls calls = system_calls();
  calls.open = interrupts(calls.open);
  calls.fsync = interrupts(calls.fsync);
  calls.pwrite = interrupts([](int descriptor, const void* from, std::size_t count, off_t offset) {
    return ::pwrite(descriptor, from, std::min<std::size_t>(count, 7), offset);
  });
  write_file(path, bytes, calls);
  CHECK(contents(path) == bytes);
  CHECK(count_entries(directory.path()) == 1);
  CHECK(calls_made > 2 * 10000 / 7);
  const std::vector<NamedArray> arrays{{"x", real_array(std::vector<double>(500, 0.1))}};
  write_npz(directory / "uninterrupted", arrays);
  write_npz(path, arrays, Compression::deflated, calls);
  CHECK(contents(path) == contents(directory / "uninterrupted"));
}

TEST_CASE("saving: a write that does nothing is a failure, not a wait") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  SavingCalls calls = system_calls();
  calls.pwrite = [](int, const void*, std::size_t, off_t) { return ssize_t{0}; };
  CHECK(contains(message_of<RuntimeError>([&] { write_file(path, "x", calls); }), "could not write"));
  CHECK(count_entries(directory.path()) == 0);
}

TEST_CASE("saving: a disk that fills up in the middle of a file, at every byte") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(path, kOld);
  const std::string bytes(40, 'x');
  for (std::size_t room = 0; room < bytes.size(); ++room) {
    SavingCalls calls = system_calls();
    calls.pwrite = [&](int descriptor, const void* from, std::size_t count, off_t offset) -> ssize_t {
      const auto left = room - static_cast<std::size_t>(offset);
      if (left > 0) return ::pwrite(descriptor, from, std::min(count, left), offset);
      errno = ENOSPC;
      return -1;
    };
    CHECK(message_of<RuntimeError>([&] { write_file(path, bytes, calls); }) ==
          path.string() +
              ": could not write: No space left on device. Nothing there has changed: make room there, or "
              "save to another place");
    CHECK(contents(path) == kOld);
    CHECK(count_entries(directory.path()) == 1);
  }
}

TEST_CASE("saving: where names cannot be exchanged, the file is renamed over the older one") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(path, kOld);
  FailingCalls failing({position(calls_of_a_save(path), "exchange"), EINVAL});
  const auto calls = failing.calls();
  write_file(path, "new", calls);
  CHECK(contents(path) == "new");
  CHECK(count_entries(directory.path()) == 1);

  SUBCASE("what fails after that cannot be taken back, and the message says so") {
    SavingCalls old_system = system_calls();
    old_system.exchange = [](const char*, const char*) { return errno = ENOSYS, -1; };
    int flushes = 0;
    old_system.fsync = [&](int descriptor) {
      return ++flushes == 1 ? ::fsync(descriptor) : (errno = EIO, -1);
    };
    CHECK(contains(message_of<RuntimeError>([&] { write_file(path, "newer", old_system); }),
                   "The new contents are in place, but may not survive a power failure"));
    CHECK(contents(path) == "newer");
    CHECK(count_entries(directory.path()) == 1);
  }
}

TEST_CASE("saving: what cannot be taken back is whole, and the message says that it is there") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(path, kOld);
  SavingCalls calls = system_calls();
  int exchanges = 0;
  calls.exchange = [&](const char* a, const char* b) {
    return ++exchanges == 1 ? system_calls().exchange(a, b) : (errno = EIO, -1);
  };
  int flushes = 0;
  calls.fsync = [&](int descriptor) { return ++flushes == 1 ? ::fsync(descriptor) : (errno = EIO, -1); };
  CHECK(contains(message_of<RuntimeError>([&] { write_file(path, "new", calls); }),
                 "The new contents are in place"));
  CHECK(contents(path) == "new");
  CHECK(count_entries(directory.path()) == 1);
}

TEST_CASE("saving: a directory that cannot be flushed is no failure") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(path, kOld);
  FailingCalls failing({position(calls_of_a_save(path), "fsync", 1), EINVAL});
  write_file(path, "new", failing.calls());
  CHECK(contents(path) == "new");
}

TEST_CASE(
    "leftovers: those of the file go when it is saved, those of a directory when asked; what is in use "
    "stays") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  const auto other = directory / "file.toml";
  put(leftover_of(path, 1), "half");
  put(leftover_of(path, 20), "half");
  put(leftover_of(other, 3), "half");
  const std::vector<std::string> not_ours{".file.gramscope-12-x.tmp", ".file.gramscope-12.tmp",
                                          ".file.gramscope-1-2.tmp2", "file.gramscope-1-2.tmp",
                                          ".file.12-3.tmp"};
  for (const auto& name : not_ours) put(directory / name, "mine");
  const AtomicFile in_use(path);
  write_file(path, "whole");
  CHECK(!fs::exists(leftover_of(path, 1)));
  CHECK(!fs::exists(leftover_of(path, 20)));
  CHECK(fs::exists(leftover_of(other, 3)));
  CHECK(fs::exists(in_use.temporary()));
  remove_leftovers(directory.path());
  CHECK(!fs::exists(leftover_of(other, 3)));
  CHECK(fs::exists(in_use.temporary()));
  for (const auto& name : not_ours) CHECK(contents(directory / name) == "mine");
  remove_leftovers(directory / "absent");
}

TEST_CASE("leftovers: a link or a pipe of such a name is neither followed nor waited for") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(directory / "precious", "kept");
  fs::create_symlink("precious", leftover_of(path, 1));
  REQUIRE(mkfifo(leftover_of(path, 2).c_str(), 0600) == 0);
  write_file(path, "whole");
  CHECK(contents(directory / "precious") == "kept");
  CHECK(fs::is_symlink(leftover_of(path, 1)));
}

TEST_CASE("leftovers: one that cannot be removed hinders nothing") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(path, kOld);
  for (std::size_t at = 0; at < 4; ++at) {  // open, flock, unlink, close
    put(leftover_of(path, 1), "half");
    FailingCalls failing({at, EIO});
    write_file(path, "new", failing.calls());
    CHECK(contents(path) == "new");
    remove_leftovers(directory.path());
    CHECK(count_entries(directory.path()) == 1);
  }
}

TEST_CASE("saving: two savers of one file never disturb each other") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  AtomicFile first(path);
  AtomicFile second(path);
  first.write("first");
  second.write("second");
  write_file(path, "between");
  second.commit();
  CHECK(contents(path) == "second");
  first.commit();
  CHECK(contents(path) == "first");
  CHECK(count_entries(directory.path()) == 1);
}

TEST_CASE("saving: a name as long as the file system allows") {
  const TemporaryDirectory directory;
  const std::string latin(255, 'x');
  std::string greek = "x";
  while (greek.size() < 255) greek += "λ";
  const auto length_kept = [&](const std::string& name) {
    const auto path = directory / name;
    write_file(path, "whole");
    CHECK(contents(path) == "whole");
    const AtomicFile in_use(path);
    return in_use.temporary().filename().string().find(".gramscope-") - 1;
  };
  CHECK(length_kept(latin) == 200);
  CHECK(length_kept(greek) == 199);  // whole characters
  const auto message = message_of<RuntimeError>([&] { write_file(directory / (latin + "x"), "x"); });
  CHECK(contains(message, "File name too long"));
  CHECK(contains(message, "choose a shorter name"));
  CHECK(count_entries(directory.path()) == 2);
}

TEST_CASE("saving: what is no regular file is not replaced") {
  const TemporaryDirectory directory;
  REQUIRE(mkfifo((directory / "pipe").c_str(), 0600) == 0);
  CHECK(message_of<RuntimeError>([&] { write_file(directory / "pipe", "x"); }) ==
        (directory / "pipe").string() +
            ": is not a regular file, and is not replaced by a file; save under another name");
  CHECK(fs::is_fifo(directory / "pipe"));
  CHECK(contains(message_of<RuntimeError>([&] { write_file("/dev/null", "x"); }), "is not a regular file"));
  CHECK(fs::is_character_file("/dev/null"));
  // It may become one while it is written.
  AtomicFile file(directory / "later");
  fs::create_directory(directory / "later");
  CHECK(contains(message_of<RuntimeError>([&] { file.commit(); }), "is a directory"));
}

TEST_CASE("saving: a directory or a file that is protected") {
  const TemporaryDirectory directory;
  const auto place = directory / "place";
  const auto path = place / "file";
  fs::create_directory(place);
  put(path, kOld);
  // The superuser may write anywhere: a child takes another identity first, where it can.
  const auto in_child = [&](const char* expected) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const bool is_ordinary = ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
      if (!is_ordinary) ::_exit(2);
      const auto message = message_of<RuntimeError>([&] { write_file(path, "new"); });
      ::_exit(contains(message, path.string() + ": ") && contains(message, expected) ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  fs::permissions(directory.path(), fs::perms{0755});
  SUBCASE("the directory") {
    fs::permissions(place, fs::perms{0555});
    fs::permissions(path, fs::perms{0666});
    const int outcome = in_child(
        "could not create a file beside it: Permission denied. Nothing there has changed: allow writing in "
        "that directory");
    fs::permissions(place, fs::perms{0755});
    CHECK((outcome == 0 || outcome == 2));
  }
  SUBCASE("the file") {
    fs::permissions(place, fs::perms{0777});
    fs::permissions(path, fs::perms{0444});
    const int outcome = in_child("is write-protected, and is not replaced; allow writing to it");
    CHECK((outcome == 0 || outcome == 2));
  }
  CHECK(contents(path) == kOld);
  CHECK(count_entries(place) == 1);
}

TEST_CASE("held files: told from those left behind, by the lock alone") {
  const TemporaryDirectory directory;
  const auto path = directory / "held";
  CHECK(!is_held(path));
  const int descriptor = create_held(path, Locking::required);
  REQUIRE(descriptor >= 0);
  CHECK(is_held(path));
  remove_unless_held(path);
  CHECK(fs::exists(path));
  CHECK(create_held(path, Locking::required) == -1);
  CHECK(errno == EEXIST);
  CHECK(is_in_place(descriptor, path));
  ::close(descriptor);
  CHECK(!is_held(path));
  remove_unless_held(path);
  CHECK(!fs::exists(path));
}

TEST_CASE("held files: between making and locking it, another process may take it for one left behind") {
  const TemporaryDirectory directory;
  const auto path = directory / "held";
  SavingCalls calls = system_calls();
  int others = -1;
  SUBCASE("which is about to remove it") {
    calls.flock = [&](int descriptor, int operation) {
      others = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
      ::flock(others, LOCK_EX | LOCK_NB);
      return ::flock(descriptor, operation);
    };
  }
  SUBCASE("which has removed it") {
    calls.flock = [&](int descriptor, int operation) {
      ::unlink(path.c_str());
      return ::flock(descriptor, operation);
    };
  }
  CHECK(create_held(path, Locking::if_possible, calls) == -1);
  CHECK(errno == EEXIST);
  if (others >= 0) ::close(others);
}

TEST_CASE("held files: without locks, a file is made only where it may do without, and passes for held") {
  const TemporaryDirectory directory;
  const auto path = directory / "held";
  SavingCalls calls = system_calls();
  calls.flock = [](int, int) { return errno = ENOLCK, -1; };
  CHECK(create_held(path, Locking::required, calls) == -1);
  CHECK(errno == ENOLCK);
  CHECK(!fs::exists(path));
  const int descriptor = create_held(path, Locking::if_possible, calls);
  REQUIRE(descriptor >= 0);
  ::close(descriptor);
  CHECK(is_held(path, calls));
  remove_unless_held(path, calls);
  CHECK(fs::exists(path));
}
