// Saves a session and an array over and over, for kill_while_saving.py to kill. Begins by reading what the
// last one left.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/io/atomic_file.h"
#include "core/io/npz.h"
#include "core/io/session.h"
#include "core/io/version.h"

namespace {

namespace fs = std::filesystem;
using gramscope::Value;

constexpr std::size_t kMostBytes = std::size_t{16} << 20;
constexpr std::size_t kNumbers = 262'144;  // 2 MiB

/// Of every length in turn, and different in every line that counts.
std::string session_text(std::int64_t generation) {
  static const gramscope::Session without_commands = [] {
    auto session = gramscope::load_session(std::string(gramscope::kFlagshipPreset));
    session.version = gramscope::version();
    session.cpu = gramscope::processor_name();
    return session;
  }();
  auto session = without_commands;
  session.ticks = generation;
  for (std::int64_t i = 0; i < generation % 8 * 25; ++i)
    session.commands.push_back(
        {generation, gramscope::SetParameter{"optimizer.lr", Value{static_cast<double>(generation + i)}}});
  return gramscope::session_toml(session);
}

/// The generation of the session that is there, 0 for none.
std::int64_t found_session(const fs::path& path) {
  if (!fs::exists(path)) return 0;
  const auto generation = gramscope::load_session(path.string()).ticks.value();
  if (gramscope::read_file(path, kMostBytes) != session_text(generation))
    throw std::runtime_error(path.string() + " is not what was saved");
  return generation;
}

std::vector<gramscope::NamedArray> arrays_of(std::int64_t generation) {
  return {{"numbers", gramscope::integer_array(std::vector<std::int64_t>(kNumbers, generation), {kNumbers})}};
}

std::int64_t found_array(const fs::path& path) {
  if (!fs::exists(path)) return 0;
  const auto arrays = gramscope::read_npz(path, kMostBytes);
  const auto generation = std::get<std::vector<std::int64_t>>(arrays.at(0).array.values).at(0);
  if (arrays.size() != 1 || arrays[0].array != arrays_of(generation)[0].array)
    throw std::runtime_error(path.string() + " is not what was saved");
  return generation;
}

void save_for_ever(const fs::path& directory) {
  const auto session = directory / "session.toml";
  const auto array = directory / "array.npz";
  auto generation = std::min(found_session(session), found_array(array));
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    ++generation;
    gramscope::write_file(session, session_text(generation));
    gramscope::write_npz(array, arrays_of(generation), gramscope::Compression::stored);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    save_for_ever(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  return 1;
}
