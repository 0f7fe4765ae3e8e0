#include "tests/app/panel_gallery.h"

#include <cstdio>
#include <fstream>
#include <functional>

#include "app/gl/png.h"
#include "app/ui/parameter_row.h"
#include "app/views/file_browser.h"
#include "app/views/preparation_card.h"
#include "app/views/status_bar.h"
#include "tests/app/fake_runs.h"
#include "tests/app/view_stage.h"

namespace gramscope::app {
namespace {

int failures = 0;

void expect(bool is_true, const std::string& what) {
  if (is_true) return;
  ++failures;
  std::fprintf(stderr, "panel_gallery: %s\n", what.c_str());
}

/// A view that draws what it is told to.
class Sketch final : public View {
 public:
  explicit Sketch(std::function<void(Observatory&, const Rect&)> draw) : draw_(std::move(draw)) {}
  void draw(Observatory& observatory, const Rect& rect) override { draw_(observatory, rect); }

 private:
  std::function<void(Observatory&, const Rect&)> draw_;
};

/// A stage with one sketch on it, and hands.
class Desk {
 public:
  Desk(int width, int height, std::function<void(Observatory&, const Rect&)> draw)
      : width_(width), height_(height), sketch_(std::move(draw)) {
    fake_run() = before_the_first_step();
    observatory_.emplace(flagship(), "gallery", false, SetSpeed{});
    auto& io = ImGui::GetIO();
    for (const auto key : {ImGuiKey_Enter, ImGuiKey_Backspace, ImGuiKey_DownArrow, ImGuiKey_UpArrow})
      io.KeyMap[key] = 300 + static_cast<int>(key);
  }

  void frames(int count) {
    for (int i = 0; i < count; ++i) {
      const Rect rect{{0, 0}, {static_cast<float>(width_), static_cast<float>(height_)}};
      stage_.draw(*observatory_, width_, height_, {{&sketch_, rect}}, mouse_);
    }
  }
  bool is_there(const std::string& item) const { return items().find(item) != nullptr; }
  void point_at(const std::string& name, float share = 0.5f) {
    const Item* item = items().find(name);
    expect(item != nullptr, name + " is not drawn");
    if (item == nullptr) return;
    mouse_ = {item->min.x + share * (item->max.x - item->min.x), (item->min.y + item->max.y) / 2};
    frames(2);
  }
  void click(const std::string& name, float share = 0.5f) {
    point_at(name, share);
    ImGui::GetIO().MouseDown[0] = true;
    frames(1);
    ImGui::GetIO().MouseDown[0] = false;
    frames(2);
  }
  void press(ImGuiKey key) {
    auto& io = ImGui::GetIO();
    io.KeysDown[io.KeyMap[key]] = true;
    frames(1);
    io.KeysDown[io.KeyMap[key]] = false;
    frames(2);
  }
  void type(const char* text) {
    ImGui::GetIO().AddInputCharactersUTF8(text);
    frames(2);
  }
  Image picture() const { return stage_.picture(); }

 private:
  int width_;
  int height_;
  Stage stage_;
  Sketch sketch_;
  std::optional<Observatory> observatory_;
  ImVec2 mouse_{-1, -1};
};

/// A directory with a text beside another directory, gone with the object.
class Texts {
 public:
  Texts() : path_(std::filesystem::temp_directory_path() / ("gramscope_texts_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::filesystem::create_directories(path_ / "stories");
    for (const char* name : {"notes.txt", "letters.txt", "stories/tale.txt", ".hidden.txt"})
      std::ofstream(path_ / name) << "Once upon a time.";
  }
  ~Texts() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void browse(const std::filesystem::path& directory, int width, int height) {
  const Texts texts;
  FileBrowser browser;
  std::optional<std::filesystem::path> chosen;
  Desk desk(width, height, [&](Observatory&, const Rect&) {
    if (const auto file = browser.draw()) chosen = file;
  });
  browser.open("Text", texts.path() / "notes.txt");
  desk.frames(4);
  expect(desk.is_there("browser.entry.notes.txt") && desk.is_there("browser.entry.stories"),
         "entries are not drawn");
  expect(!desk.is_there("browser.entry..hidden.txt"), "a hidden file is shown");
  if (!directory.empty())
    write_png(directory / ("browser-" + std::to_string(width) + ".png"), desk.picture());
  desk.type("let");
  expect(desk.is_there("browser.entry.letters.txt") && !desk.is_there("browser.entry.notes.txt"),
         "typing does not filter");
  desk.press(ImGuiKey_Enter);
  expect(chosen == texts.path() / "letters.txt" && !browser.is_open(), "Enter does not choose the filtered file");

  chosen.reset();
  browser.open("Text", {});
  desk.frames(4);
  expect(desk.is_there("browser.entry.notes.txt"), "the last directory is not remembered");
  desk.click("browser.entry.stories");
  expect(desk.is_there("browser.entry.tale.txt"), "a click does not open a directory");
  desk.press(ImGuiKey_Backspace);
  expect(desk.is_there("browser.entry.notes.txt"), "Backspace does not go up");
  desk.press(ImGuiKey_Enter);
  expect(desk.is_there("browser.entry.tale.txt"), "the directory one came from is not pointed at");
  desk.click("browser.entry.tale.txt");
  expect(!chosen, "one click chooses a file");
  desk.click("browser.open");
  expect(chosen == texts.path() / "stories" / "tale.txt", "Open does not choose the file");

  chosen.reset();
  browser.open("Text", {});
  desk.frames(4);
  desk.click("browser.cancel");
  expect(!browser.is_open() && !chosen, "Cancel does not close, or chooses");
}

void use_rows(const std::filesystem::path& directory) {
  Parameter file = file_parameter("task.path", "Text", "stories", Effect::restart, "What is to be learned from.");
  Parameter refused = flag_parameter("model.tied", "Tied words", false, Effect::restart, "One matrix for both.");
  refused.unavailable = "words and tokens are two vocabularies";
  Parameter kind = choice_parameter("model.kind", "Model", "ufm", {{"ufm", "UFM", "Free."}, {"net", "Network", "Reads."}},
                                    Effect::restart, "What learns.");
  kind.choices[1].unavailable = "needs contexts made of tokens";
  Value path = std::string("/somewhere/far/away/a_rather_long_name_of_a_text_file.txt");
  ParameterEdit last;
  std::vector<Value> changes;
  Desk desk(270, 120, [&](Observatory&, const Rect&) {
    float y = 8;
    for (const auto* parameter : {&file, &refused, &kind}) {
      const Value value = parameter == &file ? path : parameter->default_value;
      const auto edit = parameter_row(*parameter, value, {{12, y}, {258, y + 25}}, 90,
                                      [](const Choice&) { return std::string("changes the model to UFM"); });
      if (edit.value) changes.push_back(*edit.value);
      if (edit.wants_file) last.wants_file = true;
      y += 28;
    }
  });
  desk.frames(3);
  if (!directory.empty()) write_png(directory / "rows.png", desk.picture());
  desk.click("open.parameter.task.path");
  expect(last.wants_file, "Open does not ask for a file");
  desk.click("clear.parameter.task.path");
  expect(changes == std::vector<Value>{Value{std::string("stories")}}, "x does not go back to the default");
  changes.clear();
  desk.click("parameter.model.tied", 0.95f);
  expect(changes.empty(), "what is unavailable can be changed");
  desk.click("parameter.model.kind");
  desk.frames(2);
  if (!directory.empty()) write_png(directory / "rows-open.png", desk.picture());
  desk.click("parameter.model.kind.net");
  expect(changes.empty(), "an unavailable choice can be chosen");
}

void watch_preparation(const std::filesystem::path& directory) {
  PreparationCard card;
  Desk desk(500, 200, [&](Observatory& observatory, const Rect& rect) { card.draw(observatory, rect); });
  fake_run().status.preparation = RunnerStatus::Preparation{0.42, "Reading a_long_name_of_a_text.txt"};
  desk.frames(2);
  expect(!desk.is_there("card.preparation"), "the card flickers for what is quick");
  desk.frames(30);
  expect(desk.is_there("button.preparation.cancel"), "the making of a task cannot be cancelled");
  if (!directory.empty()) write_png(directory / "preparation.png", desk.picture());
  fake_run().status.preparation.reset();
  desk.frames(2);
  expect(!desk.is_there("card.preparation"), "the card stays when the task is made");
}

void watch_max_margin_share(const std::filesystem::path& directory) {
  for (const int width : {900, 460}) {
    Desk desk(width, 200, [](Observatory& observatory, const Rect& rect) { draw_status_bar(observatory, rect); });
    desk.frames(2);
    expect(!desk.is_there("status.max_margin"), "the status bar tells of work that is not done");
    fake_run().status.max_margin_share = 0.43;
    desk.frames(2);
    const Item* const text = items().find("status.text");
    const Item* const share = items().find("status.max_margin");
    expect(share != nullptr, "the status bar does not tell of the work on L_mm");
    if (share == nullptr || text == nullptr) return;
    expect(share->min.x >= text->max.x, "the share lies on the text before it");
    expect(share->max.x <= static_cast<float>(width), "the share does not fit in");
    desk.point_at("status.max_margin");
    if (!directory.empty())
      write_png(directory / ("max-margin-share-" + std::to_string(width) + ".png"), desk.picture());
    fake_run().status.max_margin_share.reset();
  }
}

}  // namespace

int draw_panels(const std::filesystem::path& directory) {
  browse(directory, 1024, 640);
  browse(directory, 560, 400);
  use_rows(directory);
  watch_preparation(directory);
  watch_max_margin_share(directory);
  return failures;
}

}  // namespace gramscope::app
