#include "core/io/npz.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "core/registry/error.h"
#include "tests/io/python.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

std::vector<NamedArray> sample() {
  std::vector<double> values(400);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) / 7.0;
  return {{"H", {{20, 20}, values}},
          {"labels", integer_array({3, 1, 2}, {3})},
          {"mask", {{2}, std::vector<bool>{true, false}}},
          {"names", text_array({"small red circle", "λ", ""})},
          {"step", integer_array({200}, {})}};
}

const NamedArray* find(const std::vector<NamedArray>& arrays, const std::string& name) {
  for (const auto& array : arrays)
    if (array.name == name) return &array;
  return nullptr;
}

}  // namespace

TEST_CASE("npz: arrays come back in order, stored or deflated") {
  const TemporaryDirectory directory;
  const auto path = directory / "s.npz";
  for (const auto compression : {Compression::stored, Compression::deflated}) {
    write_npz(path, sample(), compression);
    const auto read = read_npz(path);
    REQUIRE(read.size() == sample().size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      CHECK(read[i].name == sample()[i].name);
      CHECK(read[i].array == sample()[i].array);
    }
  }
}

TEST_CASE("npz: the same arrays give the same bytes") {
  const TemporaryDirectory directory;
  write_npz(directory / "a.npz", sample());
  write_npz(directory / "b.npz", sample());
  CHECK(contents(directory / "a.npz") == contents(directory / "b.npz"));
  // The date of a member is a fixed one, not the day of the test.
  CHECK(contents(directory / "a.npz").substr(10, 4) == std::string("\x00\x00\x21\x00", 4));
}

TEST_CASE("npz: NumPy reads what is written here, and is read here") {
  const auto python = python_with_numpy();
  if (python.empty()) {
    MESSAGE("python3 has no numpy here: not compared");
    return;
  }
  const TemporaryDirectory directory;
  write_npz(directory / "deflated.npz", sample(), Compression::deflated);
  write_npz(directory / "stored.npz", sample(), Compression::stored);
  REQUIRE(run_script(python, "numpy_exchange.py", directory.path().string()) == 0);
  for (const char* file : {"numpy.npz", "numpy_compressed.npz"}) {
    const auto arrays = read_npz(directory / file);
    REQUIRE(arrays.size() == 11);
    std::vector<double> counted;
    std::vector<std::int64_t> whole;
    for (int i = 0; i < 6; ++i) {
      counted.push_back(i / 3.0);
      whole.push_back(i);
    }
    for (const char* name : {"c", "fortran"}) {
      CHECK(find(arrays, name)->array.shape == std::vector<std::size_t>{2, 3});
      CHECK(std::get<std::vector<double>>(find(arrays, name)->array.values) == counted);
    }
    for (const char* name : {"i1", "i2", "i4", "i8", "u1", "u4"})
      CHECK(std::get<std::vector<std::int64_t>>(find(arrays, name)->array.values) == whole);
    CHECK(std::get<std::vector<bool>>(find(arrays, "b1")->array.values) ==
          std::vector<bool>{false, true, true, true, true, true});
    CHECK(std::get<std::vector<std::string>>(find(arrays, "text")->array.values) ==
          std::vector<std::string>{"red", "größer", "🟥"});
    CHECK(std::get<std::vector<float>>(find(arrays, "f4")->array.values)[5] == static_cast<float>(5 / 3.0));
  }
}

TEST_CASE("npz: a damaged file gives an error that names it, never an array that is wrong") {
  const TemporaryDirectory directory;
  const auto path = directory / "s.npz";
  write_npz(path, sample());
  const auto whole = contents(path);
  const auto original = read_npz(path);
  int refused = 0;
  const auto try_to_read = [&](const std::string& bytes) {
    put(path, bytes);
    try {
      // A byte that carries no value (a date, an attribute, the very end) or a name may change without harm.
      for (const auto& array : read_npz(path))
        if (const auto* same = find(original, array.name)) CHECK(same->array == array.array);
    } catch (const InputError& error) {
      ++refused;
      CHECK(std::string(error.what()).starts_with(path.string() + ": "));
    }
  };
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
    try_to_read(bytes);
  }
  CHECK(refused > static_cast<int>(whole.size()) / 2);
  refused = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) try_to_read(whole.substr(0, length));
  CHECK(refused >= static_cast<int>(whole.size()) - 22);  // the length of the archive's last record
}

TEST_CASE("npz: limits hold before memory is taken") {
  const TemporaryDirectory directory;
  const auto path = directory / "s.npz";
  // A million zeros deflate a thousandfold.
  write_npz(path, std::vector<NamedArray>{{"H", {{1000, 1000}, std::vector<double>(1'000'000)}}});
  CHECK(message_of<InputError>([&] { read_npz(path, 1'000'000); }).find(": H: ") != std::string::npos);
  CHECK(read_npz(path).size() == 1);
  // A member that claims far more than its bytes can hold: the size stands in its own header and in the central
  // directory, after PK\1\2.
  auto bytes = contents(path);
  const auto entry = bytes.find("PK\x01\x02");
  REQUIRE(entry != std::string::npos);
  bytes.replace(entry + 24, 4, "\xf0\xff\xff\x7f");
  bytes.replace(22, 4, "\xf0\xff\xff\x7f");
  put(path, bytes);
  CHECK(message_of<InputError>([&] { read_npz(path, std::uint64_t{1} << 40); }).find("claims") !=
        std::string::npos);
}

TEST_CASE("npz: what is not a readable archive is refused by name") {
  const TemporaryDirectory directory;
  put(directory / "text.npz", "not a zip file");
  CHECK(message_of<InputError>([&] { read_npz(directory / "text.npz"); }).find("not an .npz") !=
        std::string::npos);
  CHECK(message_of<InputError>([&] { read_npz(directory / "absent.npz"); }).find("absent.npz: ") !=
        std::string::npos);
  CHECK(message_of<InputError>([&] { read_npz(directory.path()); }).find("is a directory") !=
        std::string::npos);
  CHECK_THROWS_AS(write_npz(directory / "absent/s.npz", sample()), RuntimeError);
}
