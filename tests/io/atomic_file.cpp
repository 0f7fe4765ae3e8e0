#include "core/io/atomic_file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "core/registry/error.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;
namespace fs = std::filesystem;

TEST_CASE("write_file: the file has the bytes, ordinary permissions and no companions") {
  const TemporaryDirectory directory;
  const auto path = directory / "a file";
  const std::string bytes("zero \0 and high \xff", 17);
  write_file(path, "older and much longer than what replaces it");
  write_file(path, bytes);
  CHECK(contents(path) == bytes);
  CHECK(count_entries(directory.path()) == 1);
  CHECK((fs::status(path).permissions() & fs::perms::owner_write) != fs::perms::none);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((static_cast<unsigned>(fs::status(path).permissions()) & 0777u) == (0666u & ~mask));
}

TEST_CASE("write_file: an error says what, where and why, and leaves nothing behind") {
  const TemporaryDirectory directory;
  SUBCASE("no such directory") {
    const auto path = directory / "absent/file";
    const auto message = message_of<RuntimeError>([&] { write_file(path, "x"); });
    CHECK(message.find(path.string()) == 0);
    CHECK(message.find("No such file or directory") != std::string::npos);
  }
  SUBCASE("a directory stands in the way") {
    const auto path = directory / "file";
    fs::create_directory(path);
    const auto message = message_of<RuntimeError>([&] { write_file(path, "x"); });
    CHECK(message.find(path.string()) == 0);
    CHECK(message.find("is a directory") != std::string::npos);
    CHECK(count_entries(directory.path()) == 1);
  }
}

TEST_CASE("write_file: the old file survives a disk that fills up") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  write_file(path, "old");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto message = message_of<RuntimeError>([&] { write_file(path, std::string(5000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message.find("File too large") != std::string::npos);
  CHECK(contents(path) == "old");
  CHECK(count_entries(directory.path()) == 1);
}

TEST_CASE("write_file: a symbolic link keeps pointing at what is replaced") {
  const TemporaryDirectory directory;
  write_file(directory / "target", "old");
  fs::create_symlink("target", directory / "link");
  write_file(directory / "link", "new");
  CHECK(fs::is_symlink(directory / "link"));
  CHECK(contents(directory / "target") == "new");
}

TEST_CASE("read_file: gives back the bytes, and refuses what is not a readable file of that size") {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  put(path, std::string(100, 'x'));
  CHECK(read_file(path, 100) == std::string(100, 'x'));
  const auto refusal = [&](const fs::path& what, std::size_t limit) {
    return message_of<InputError>([&] { read_file(what, limit); });
  };
  CHECK(refusal(path, 99).find("100 bytes") != std::string::npos);
  CHECK(refusal(directory / "absent", 100) ==
        (directory / "absent").string() + ": No such file or directory");
  CHECK(refusal(directory.path(), 100).find("is a directory") != std::string::npos);
  REQUIRE(mkfifo((directory / "pipe").c_str(), 0600) == 0);
  CHECK(refusal(directory / "pipe", 100).find("not a regular file") != std::string::npos);
}
