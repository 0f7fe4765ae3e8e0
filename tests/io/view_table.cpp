#include "core/io/view_table.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "core/registry/error.h"
#include "tests/messages.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

ViewTable view_of(const std::string& text) { return parse_view(TomlDocument(text, "s.toml")); }

const ViewEntry& entry_of(const ViewTable& view, const std::string& key) {
  const auto* entry = view.find(key);
  REQUIRE(entry != nullptr);
  return *entry;
}

std::string view_refusal(const std::function<void()>& action) { return message_of<InputError>(action); }

}  // namespace

TEST_CASE("view: entries keep their kinds, the file's order and their lines") {
  const auto view = view_of(
      "[view]\nzoom = 1\nalpha = 0.1\n\nis_open = true\ntitle = \"a \\\"b\\\" λ\"\nnames = [\"x\",\n  "
      "\"y\"]\n"
      "at = [1, 2.5, -inf]\nnone = []\n");
  REQUIRE(view.entries.size() == 7);
  const std::array<const char*, 7> keys{"zoom", "alpha", "is_open", "title", "names", "at", "none"};
  const std::array<int, 7> lines{2, 3, 5, 6, 7, 9, 10};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(view.entries[i].key == keys[i]);
    CHECK(view.entries[i].line == lines[i]);
  }
  CHECK(std::get<std::int64_t>(view.entries[0].value) == 1);
  CHECK(std::get<double>(view.entries[1].value) == 0.1);
  CHECK(std::get<bool>(view.entries[2].value));
  CHECK(std::get<std::string>(view.entries[3].value) == "a \"b\" λ");
  CHECK(std::get<std::vector<std::string>>(view.entries[4].value) == std::vector<std::string>{"x", "y"});
  CHECK(std::get<std::vector<double>>(view.entries[5].value) ==
        std::vector<double>{1.0, 2.5, -std::numeric_limits<double>::infinity()});
  CHECK(std::get<std::vector<std::string>>(view.entries[6].value).empty());
}

TEST_CASE("view: what is written is read as the same bits") {
  ViewTable view;
  view.set("third", 1.0 / 3.0);
  view.set("least", std::numeric_limits<double>::denorm_min());
  view.set("most", std::numeric_limits<std::int64_t>::max());
  view.set("whole", 4.0);
  view.set("text", std::string("line\nline \\ \"λ\""));
  view.set("camera", std::vector<double>{0.1, 1e300, -0.0, 7.0});
  view.set("layout", std::vector<std::string>{"", "a, \"b\""});
  view.set("is_dark", false);
  view.set("third", 2.0 / 3.0);
  const auto text = view_toml(view);
  const auto read = view_of(text);
  REQUIRE(read.entries.size() == view.entries.size());
  for (std::size_t i = 0; i < view.entries.size(); ++i) {
    CHECK(read.entries[i].key == view.entries[i].key);
    CHECK(read.entries[i].value == view.entries[i].value);
  }
  CHECK(view_toml(read) == text);
  CHECK(contains(text, "third = 0.6666666666666666\n"));
  CHECK(contains(text, "whole = 4.0\n"));
  CHECK(view_toml({}).empty());
  CHECK(view_of("x = 1\n").entries.empty());
  CHECK(view_toml(view_of("[view]\n\"a b\" = 1\n")) == "\n[view]\n\"a b\" = 1\n");
}

TEST_CASE("view: what the window does not know, or not so, is named with its line") {
  const auto view =
      view_of("[view]\nzoom = 9\nflag = 1\nname = \"x\"\nat = [1.0, 2.0]\nnone = []\nnot = nan\n");
  const std::array<std::string_view, 5> known{"zoom", "flag", "name", "at", "note"};
  CHECK(view_refusal([&] { view.require_known_keys(known); }) ==
        "s.toml:6: view.none: is not a key of this file; nearest: note, name, zoom");
  CHECK(view_refusal([&] { view.fail(entry_of(view, "at"), "is no place"); }) ==
        "s.toml:5: view.at: is no place");
  CHECK(view_refusal([&] { view.real(entry_of(view, "zoom"), 0.5, 8.0); }) ==
        "s.toml:2: view.zoom = 9: must be a number from 0.5 to 8");
  CHECK(view_refusal([&] { view.integer(entry_of(view, "zoom"), 10, 12); }) ==
        "s.toml:2: view.zoom = 9: must be a whole number from 10 to 12");
  CHECK(view_refusal([&] { view.flag(entry_of(view, "flag")); }) ==
        "s.toml:3: view.flag = 1: must be true or false");
  CHECK(view_refusal([&] { view.text(entry_of(view, "at")); }) ==
        "s.toml:5: view.at: must be a text in quotes");
  CHECK(view_refusal([&] { view.real(entry_of(view, "name"), 0.0, 1.0); }) ==
        "s.toml:4: view.name = \"x\": must be a number from 0 to 1");
  CHECK(view_refusal([&] { view.real(entry_of(view, "not"), 0.0, 1.0); }) ==
        "s.toml:7: view.not = nan: must be a number from 0 to 1");
  CHECK(view_refusal([&] { view.reals(entry_of(view, "at"), 3, 0.0, 9.0); }) ==
        "s.toml:5: view.at: must be a list of 3 numbers from 0 to 9");
  CHECK(view_refusal([&] { view.reals(entry_of(view, "at"), 2, 0.0, 1.5); }) ==
        "s.toml:5: view.at: must be a list of 2 numbers from 0 to 1.5");
  CHECK(view_refusal([&] { view.texts(entry_of(view, "at")); }) ==
        "s.toml:5: view.at: must be a list of texts in quotes");
  CHECK(view.real(entry_of(view, "zoom"), 9.0, 9.0) == 9.0);
  CHECK(view.integer(entry_of(view, "zoom"), 9, 9) == 9);
  CHECK(view.text(entry_of(view, "name")) == "x");
  CHECK(view.reals(entry_of(view, "at"), 2, 1.0, 2.0) == std::vector<double>{1.0, 2.0});
  CHECK(view.reals(entry_of(view, "none"), 0, 0.0, 1.0).empty());
  CHECK(view.texts(entry_of(view, "none")).empty());
  CHECK(view.find("absent") == nullptr);
}

TEST_CASE("view: nothing in a message can command a terminal, or fills it") {
  const std::string endless(60'000, 'x');
  const auto view = view_of("[view]\n\"\\u001b[31m\" = \"\\u0007\"\n" + endless + " = \"" + endless + "\"\n");
  for (const auto& entry : view.entries) {
    for (const auto& message :
         {view_refusal([&] { view.fail(entry, "a\x1b b"); }), view_refusal([&] { view.flag(entry); })}) {
      CHECK(!message.empty());
      CHECK(message.size() < 400);
      CHECK(message.find_first_of("\x1b\x07\n") == std::string::npos);
    }
  }
  CHECK(contains(view_refusal([] { view_of("[view]\nx = \"" + std::string(70'000, 'x') + "\"\n"); }),
                 "s.toml:2: view.x: has 70000 bytes"));
  CHECK(contains(view_refusal([] { view_of("[view]\nx = [\"" + std::string(70'000, 'x') + "\"]\n"); }),
                 "s.toml:2: view.x: has 70000 bytes"));
}
