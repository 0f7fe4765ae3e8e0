// What the window asks of sessions, and what it asks the user back, driven by scripts with actions that only remember.
#include <doctest/doctest.h>
#include <imgui.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/session_actions.h"
#include "app/ui/items.h"
#include "app/views/save_card.h"
#include "app/window.h"
#include "app/workspace.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

/// A directory of its own, gone with the object.
class SessionFolder {
 public:
  SessionFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("gramscope_session_window_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  ~SessionFolder() { std::filesystem::remove_all(path_); }
  SessionFolder(const SessionFolder&) = delete;
  SessionFolder& operator=(const SessionFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::string in(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name, std::ios::binary) << text; }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path path_;
};

/// Actions that remember what was asked of them.
struct RememberedActions {
  std::filesystem::path file;
  std::filesystem::path suggested;
  std::vector<std::string> heard;

  SessionActions actions() {
    SessionActions result;
    result.suggested_file = [this] { return suggested; };
    result.file = [this] { return file; };
    result.save = [this](const std::filesystem::path& path) {
      heard.push_back("save " + path.string());
      file = path;
    };
    result.open = [this](const std::filesystem::path& path) { heard.push_back("open " + path.string()); };
    result.command_line = [](const Observatory& run) {
      return "gramscope run collapse --set model.alpha=" + to_string(run.config().at("model.alpha"));
    };
    result.preset = [](const Observatory&) { return std::string("name = \"small\"\n\n[model]\nalpha = 0.5\n"); };
    result.restore = [this](const std::filesystem::path& path) { heard.push_back("restore " + path.string()); };
    result.discard = [this](const std::filesystem::path& path) { heard.push_back("discard " + path.string()); };
    return result;
  }
};

struct SessionFrame {
  std::set<std::string> items;
  std::string message;
  std::int64_t step = 0;
  bool sees(const std::string& name) const { return items.contains(name); }
};

/// Runs a script on a small paused experiment; gives the last frame, or nothing where there is no display.
std::optional<SessionFrame> drive_session(const std::string& script, const SessionActions& actions,
                           const std::function<void(const SessionFrame&, Workspace&)>& check = {}, ImVec2 size = {1200, 640}) {
  const SessionFolder folder;
  folder.write("script.txt", script);
  SessionFrame frame;
  WindowOptions options;
  options.is_hidden = true;
  options.width = static_cast<int>(size.x);
  options.height = static_cast<int>(size.y);
  options.script = folder / "script.txt";
  std::optional<Window> window;
  options.each_frame = [&](Observatory& observatory) {
    frame = {};
    for (const auto& item : items().all()) frame.items.insert(item.name);
    if (observatory.message() != nullptr) frame.message = observatory.message()->text;
    frame.step = observatory.status().step;
    if (check) check(frame, window->workspace());
  };
  try {
    window.emplace(options);
  } catch (const DisplayError& error) {
    if (std::getenv("DISPLAY") != nullptr) FAIL(std::string(error.what()));
    MESSAGE("skipped: ", std::string(error.what()));
    return std::nullopt;
  }
  window->workspace().set_session_actions(actions);
  Config config;
  config.set("task.factors", std::int64_t{2});
  config.set("run.steps", std::int64_t{400});
  config.set("model.alpha", 0.5);
  Observatory observatory(resolve(config), "small", false, SetSpeed{Pace::maximum, 1.4, 60.0});
  items().begin_frame();  // nothing of a window before
  window->run(observatory);
  return frame;
}

using SessionsHeard = std::vector<std::string>;

}  // namespace

TEST_CASE("session: without actions there is no menu, and its keys mean nothing") {
  const auto last = drive_session("wait 2\nkey Ctrl+S\nwait 2\nkey Ctrl+O\nwait 2\nquit", {});
  if (!last) return;
  CHECK_FALSE(last->sees("session.menu"));
  CHECK_FALSE(last->sees("card.save"));
  CHECK_FALSE(last->sees("browser.open"));
}

TEST_CASE("session: Ctrl+S asks for a file once and saves to it from then on") {
  const SessionFolder folder;
  RememberedActions remembered;
  remembered.suggested = folder / "suggested.toml";
  if (!drive_session("wait 2\nkey Ctrl+S\nwait 2\nkey Enter\nwait 2\nkey Ctrl+S\nwait 2\nquit", remembered.actions())) return;
  CHECK(remembered.heard == SessionsHeard{"save " + folder.in("suggested.toml"), "save " + folder.in("suggested.toml")});
}

TEST_CASE("session: the field has the keyboard at once, and what is typed replaces what stood there") {
  const SessionFolder folder;
  RememberedActions remembered;
  remembered.suggested = folder / "suggested.toml";
  const auto last = drive_session("wait 2\nkey Ctrl+Shift+S\nwait 2\ntype " + folder.in("other one.toml") + "\nkey Enter\nwait 2\nquit",
                          remembered.actions());
  if (!last) return;
  CHECK(remembered.heard == SessionsHeard{"save " + folder.in("other one.toml")});
  CHECK_FALSE(last->sees("card.save"));
}

TEST_CASE("session: the menu and the buttons of the card do what the keys do") {
  const SessionFolder folder;
  RememberedActions remembered;
  remembered.suggested = folder / "a.toml";
  const std::string menu = "click session.menu\nwait 2\nclick session.menu.";
  if (!drive_session("wait 2\n" + menu + "save\nwait 2\nclick save.confirm\nwait 2\n" + menu + "save_as\nwait 2\ntype " +
                 folder.in("b.toml") + "\nwait 2\nclick save.cancel\nwait 2\n" + menu + "save\nwait 2\nquit",
             remembered.actions()))
    return;
  CHECK(remembered.heard == SessionsHeard{"save " + folder.in("a.toml"), "save " + folder.in("a.toml")});
}

TEST_CASE("session: Esc closes the card and nothing else; shortcuts rest while it is open") {
  const SessionFolder folder;
  RememberedActions remembered;
  remembered.suggested = folder / "a.toml";
  bool was_open = false;
  std::string full_view;
  const auto last = drive_session("wait 2\nmove view.gram_h\nwait 2\nkey F\nwait 2\nkey Ctrl+S\nwait 2\nkey .\nkey N\nkey Ctrl+S\nwait 2\n"
                          "key Escape\nwait 2\nquit",
                          remembered.actions(), [&](const SessionFrame& frame, Workspace& workspace) {
                            was_open |= frame.sees("card.save");
                            full_view = workspace.full_view();
                          });
  if (!last) return;
  CHECK(was_open);
  CHECK_FALSE(last->sees("card.save"));
  CHECK(full_view == "gram_h");
  CHECK(last->step == 0);
  CHECK(remembered.heard.empty());
}

TEST_CASE("session: another file is replaced only when that was confirmed, one's own at once") {
  const SessionFolder folder;
  folder.write("there.toml", "precious");
  RememberedActions remembered;
  remembered.suggested = folder / "a.toml";
  const std::string typed = "wait 2\nkey Ctrl+Shift+S\nwait 2\ntype " + folder.in("there.toml") + "\nkey Enter\nwait 2\n";
  const auto asked = drive_session(typed + "quit", remembered.actions());
  if (!asked) return;
  CHECK(asked->sees("card.save"));
  CHECK(remembered.heard.empty());
  // Another name answers the question with no.
  drive_session(typed + "type " + folder.in("new.toml") + "\nkey Enter\nwait 2\nquit", remembered.actions());
  CHECK(remembered.heard == SessionsHeard{"save " + folder.in("new.toml")});
  drive_session(typed + "key Enter\nwait 2\nquit", remembered.actions());
  CHECK(remembered.heard.back() == "save " + folder.in("there.toml"));
  remembered.heard.clear();
  drive_session("wait 2\nkey Ctrl+Shift+S\nwait 2\nkey Enter\nwait 2\nquit", remembered.actions());
  CHECK(remembered.heard == SessionsHeard{"save " + folder.in("there.toml")});
}

TEST_CASE("session: what is no place for a file is said, and can be corrected") {
  const SessionFolder folder;
  RememberedActions remembered;
  remembered.suggested = folder / "nowhere/a.toml";
  const auto refused = drive_session("wait 2\nkey Ctrl+S\nwait 2\nkey Enter\nwait 2\nquit", remembered.actions());
  if (!refused) return;
  CHECK(refused->sees("card.save"));
  CHECK(remembered.heard.empty());
  drive_session("wait 2\nkey Ctrl+S\nwait 2\nkey Enter\nwait 2\ntype " + folder.in("a.toml") + "\nkey Enter\nwait 2\nquit",
        remembered.actions());
  CHECK(remembered.heard == SessionsHeard{"save " + folder.in("a.toml")});
}

TEST_CASE("session: why nothing can be saved at a path") {
  const SessionFolder folder;
  folder.write("file", "");
  CHECK(why_no_file(folder / "new.toml").empty());
  CHECK(why_no_file(folder / "file").empty());
  CHECK(why_no_file("new.toml").empty());
  CHECK(why_no_file("") == "A file needs a name.");
  CHECK(why_no_file(folder / "").find("is a directory") != std::string::npos);
  CHECK(why_no_file(folder.in("")).find("is a directory") != std::string::npos);
  CHECK(why_no_file(folder / "none/new.toml").find("There is no directory " + folder.in("none")) == 0);
  CHECK(why_no_file(folder / "file/new.toml").find("is a file, not a directory") != std::string::npos);
}

TEST_CASE("session: Ctrl+O opens the file that is chosen") {
  const SessionFolder folder;
  folder.write("saved.toml", "");
  RememberedActions remembered;
  remembered.file = folder / "saved.toml";  // the browser begins there
  const auto last = drive_session("wait 2\nkey Ctrl+O\nwait 2\nkey Enter\nwait 2\nquit", remembered.actions());
  if (!last) return;
  CHECK(remembered.heard == SessionsHeard{"open " + folder.in("saved.toml")});
  CHECK_FALSE(last->sees("browser.open"));
}

TEST_CASE("session: the parameters are copied as a command line and as a preset") {
  const SessionFolder folder;
  RememberedActions remembered;
  const auto last = drive_session("wait 2\nkey Ctrl+Shift+C\nwait 2\nclipboard " + folder.in("line") +
                              "\nclick session.menu\nwait 2\nclick session.menu.copy_preset\nwait 2\nclipboard " +
                              folder.in("preset") + "\nquit",
                          remembered.actions());
  if (!last) return;
  CHECK(folder.read("line") == "gramscope run collapse --set model.alpha=0.5");
  CHECK(folder.read("preset") == "name = \"small\"\n\n[model]\nalpha = 0.5\n");
  CHECK(last->message == "Copied: a preset of 4 lines");
  const auto line = drive_session("wait 2\nkey Ctrl+Shift+C\nwait 2\nquit", remembered.actions());
  CHECK(line->message == "Copied: gramscope run collapse --set model.alpha=0.5");
}

TEST_CASE("session: keys with Ctrl rest while a value is typed, and act beside a focused control") {
  const SessionFolder folder;
  RememberedActions remembered;
  remembered.file = folder / "a.toml";
  if (!drive_session("wait 2\nclick value.parameter.model.alpha\nwait 2\nkey Ctrl+S\nwait 2\nkey Ctrl+Shift+C\nwait 2\nquit",
             remembered.actions()))
    return;
  CHECK(remembered.heard.empty());
  drive_session("wait 2\nkey Tab\nwait 2\nkey Ctrl+S\nwait 2\nquit", remembered.actions());
  CHECK(remembered.heard == SessionsHeard{"save " + folder.in("a.toml")});
}

TEST_CASE("session: what fails is told, and the window goes on") {
  RememberedActions remembered;
  remembered.file = "a.toml";
  auto actions = remembered.actions();
  actions.save = [](const std::filesystem::path& path) { throw std::runtime_error(path.string() + ": disk full"); };
  const auto last = drive_session("wait 2\nkey Ctrl+S\nwait 2\nquit", actions);
  if (!last) return;
  CHECK(last->message == "a.toml: disk full");
}

TEST_CASE("session: lost ones are restored, discarded or left for later") {
  RememberedActions remembered;
  auto actions = remembered.actions();
  actions.lost = {{"collapse, 12 changes", "yesterday", "one.toml"}, {"transformer", "last week", "two.toml"}};
  bool was_there = false;
  const auto look = [&](const SessionFrame& frame, Workspace& workspace) {
    was_there |= frame.sees("card.lost");
    actions.lost = workspace.session_actions().lost;
  };
  const auto all = actions;
  auto last = drive_session("wait 2\nclick lost.1.discard\nwait 2\nclick lost.0.restore\nwait 2\nquit", all, look);
  if (!last) return;
  CHECK(was_there);
  CHECK(remembered.heard == SessionsHeard{"discard two.toml", "restore one.toml"});
  CHECK(actions.lost.empty());
  CHECK_FALSE(last->sees("card.lost"));

  remembered.heard.clear();
  for (const char* way : {"click lost.later", "key Escape", "key Shift+Tab\nwait 2\nkey Space"}) {
    CAPTURE(way);
    // Not modal: the run steps while the card is there.
    last = drive_session("wait 2\nkey .\nwait_step 1\nwait 2\n" + std::string(way) + "\nwait 2\nquit", all, look);
    CHECK_FALSE(last->sees("card.lost"));
    CHECK(last->step == 1);
    CHECK(actions.lost.size() == 2);
    CHECK(remembered.heard.empty());
  }
}

TEST_CASE("session: its cards and the page of keys lie inside the window at the sizes promised") {
  const SessionFolder folder;
  RememberedActions remembered;
  remembered.suggested = folder / "a.toml";
  auto actions = remembered.actions();
  for (int i = 0; i < 9; ++i)
    actions.lost.push_back({"collapse, 12 changes, 2 branches", "saved on 2026-03-05 at 14:12", std::to_string(i) + ".toml"});
  for (const ImVec2 size : {ImVec2{1024, 640}, ImVec2{1440, 900}}) {
    CAPTURE(size.x);
    std::set<std::string> outside;
    std::set<std::string> seen;
    const auto look = [&](const SessionFrame&, Workspace&) {
      for (const auto& item : items().all()) {
        seen.insert(item.name);
        if (item.min.x < item.clip_min.x - 1.0f || item.min.y < item.clip_min.y - 1.0f ||
            item.max.x > item.clip_max.x + 1.0f || item.max.y > item.clip_max.y + 1.0f)
          outside.insert(item.name);
      }
    };
    if (!drive_session("wait 2\nkey Escape\nwait 2\nkey Ctrl+S\nwait 2\nkey Escape\nwait 2\nkey ?\nwait 2\nquit", actions, look, size))
      return;
    for (const auto& name : outside) FAIL_CHECK("outside: ", name);
    for (const char* name : {"card.lost", "lost.0.restore", "lost.3.discard", "lost.later", "card.save", "save.path",
                             "save.confirm", "save.note", "overlay.shortcuts"})
      CHECK_MESSAGE(seen.contains(name), std::string(name));
  }
}
