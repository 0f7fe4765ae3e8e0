#include "app/ui/input_script.h"

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "app/ui/items.h"
#include "app/ui/script_keys.h"
#include "app/views/reading.h"
#include "app/workspace.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {
namespace {

constexpr int kPatienceFrames = 300;
constexpr double kPatienceSeconds = 900.0;

/// How many arguments a command takes.
struct Grammar {
  const char* verb;
  int least;
  int most;  ///< -1: the rest of the line
};
constexpr std::array<Grammar, 24> kGrammar{{
    {"wait", 1, 1},        {"wait_step", 1, 1},  {"wait_phase", 1, 1}, {"wait_finished", 0, 0},
    {"wait_idle", 0, 0},   {"move", 1, 2},       {"click", 1, 3},      {"double_click", 1, 3},
    {"right_click", 1, 3}, {"ctrl_click", 1, 3}, {"drag", 3, 4},       {"wheel", 2, 2},
    {"key", 1, 1},         {"type", 1, -1},      {"resize", 2, 2},     {"set", 2, -1},
    {"drop", 1, -1},       {"items", 1, -1},     {"shot", 1, -1},      {"quit", 0, 0},
    {"seek", 1, 1},        {"follow", 1, 1},     {"wait_measured", 1, 1},
    {"clipboard", 1, -1},
}};

std::optional<double> number(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Phase> phase_named(const std::string& name) {
  for (const Phase phase : {Phase::unformed, Phase::structure, Phase::collapsing, Phase::collapsed})
    if (to_string(phase) == name) return phase;
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string without_comment(const std::string& line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return line.substr(0, i);
  return line;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string json_quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      result += c;
  }
  return result + "\"";
}

}  // namespace

InputScript InputScript::load(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw InputError(path.string() + ": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return parse(text.str(), path.string());
}

InputScript InputScript::parse(const std::string& text, const std::string& name) {
  InputScript script;
  script.name_ = name;
  std::istringstream lines(text);
  std::string line;
  for (int number_of_line = 1; std::getline(lines, line); ++number_of_line) {
    const std::string content = trimmed(without_comment(line));
    if (content.empty()) continue;
    Command command;
    command.line = number_of_line;
    const auto space = content.find_first_of(" \t");
    command.verb = content.substr(0, space);
    if (space != std::string::npos) command.rest = trimmed(content.substr(space));
    std::istringstream words(command.rest);
    for (std::string word; words >> word;) command.words.push_back(word);
    script.check(command);
    script.commands_.push_back(std::move(command));
  }
  return script;
}

void InputScript::check(const Command& command) const {
  auto refuse = [&](const std::string& what) {
    throw InputError(fmt::format("{}:{}: {}: {}", name_, command.line, command.verb, what));
  };
  const auto* grammar = std::find_if(kGrammar.begin(), kGrammar.end(),
                                     [&](const Grammar& g) { return command.verb == g.verb; });
  if (grammar == kGrammar.end()) {
    std::vector<std::string> verbs;
    for (const auto& g : kGrammar) verbs.emplace_back(g.verb);
    refuse("no such command; nearest: " + joined(nearest_names(command.verb, verbs)));
  }
  const auto count = static_cast<int>(command.words.size());
  if (count < grammar->least || (grammar->most >= 0 && count > grammar->most))
    refuse(fmt::format("{} argument{} given, {} needed", count, count == 1 ? "" : "s",
                       grammar->least == grammar->most ? fmt::format("{}", grammar->least)
                                                       : fmt::format("at least {}", grammar->least)));
  if (command.verb == "wait_phase" && !phase_named(command.words[0]))
    refuse("\"" + command.words[0] + "\" is no phase: unformed, structure, collapsing or collapsed");
  if (command.verb == "follow" && command.words[0] != "on" && command.words[0] != "off")
    refuse("\"" + command.words[0] + "\" is neither on nor off");
  if (command.verb == "key" && !parse_key(command.words[0])) refuse("no key \"" + command.words[0] + "\"");
  // Everything but names, paths and text is a number.
  std::size_t first_number = 1;
  constexpr std::array kOfNumbers{"wait", "wait_step", "wait_measured", "resize", "seek"};
  if (std::find(kOfNumbers.begin(), kOfNumbers.end(), command.verb) != kOfNumbers.end()) first_number = 0;
  if (command.verb == "move" && command.words.size() == 2) first_number = 0;
  if (grammar->most < 0 || command.verb == "wait_phase" || command.verb == "key")
    first_number = command.words.size();
  for (std::size_t i = first_number; i < command.words.size(); ++i)
    if (!number(command.words[i])) refuse("\"" + command.words[i] + "\" is not a number");
}

void InputScript::fail(const Command& command, const std::string& what) const {
  throw RuntimeError(fmt::format("{}:{}: {}: {}", name_, command.line, command.verb, what));
}

void InputScript::before_frame(const ScriptHost& host) {
  auto& io = ImGui::GetIO();
  is_pending_after_ = false;
  while (current_ < commands_.size()) {
    const auto& command = commands_[current_];
    if (command.verb == "shot" || command.verb == "items") {
      is_pending_after_ = true;
      break;
    }
    if (frame_ == 0 && missing_ == 0) started_ = ImGui::GetTime();
    if (!advance(command, host)) break;
    ++current_;
    frame_ = 0;
    missing_ = 0;
    if (wants_quit_) break;
  }
  if (current_ >= commands_.size()) wants_quit_ = true;
  // The real mouse has no say while a script runs.
  io.MousePos = mouse_;
  io.MouseDown[0] = buttons_[0];
  io.MouseDown[1] = buttons_[1];
  if (ctrl_) io.KeyCtrl = true;
}

void InputScript::after_frame(const ScriptHost& host) {
  if (!is_pending_after_) return;
  const auto& command = commands_[current_];
  if (command.verb == "shot")
    write_png(command.rest, host.picture());
  else
    write_items(command);
  ++current_;
  frame_ = 0;
}

bool InputScript::advance(const Command& command, const ScriptHost& host) {
  const auto& verb = command.verb;
  if (verb == "quit") {
    wants_quit_ = true;
    return true;
  }
  if (verb.starts_with("wait")) return advance_wait(command, host);
  if (verb == "key" || verb == "type") return advance_key(command, host);
  if (verb == "resize") {
    const int width = static_cast<int>(*number(command.words[0]));
    const int height = static_cast<int>(*number(command.words[1]));
    if (frame_ == 0) host.resize(width, height);
    // The window system answers in its own time; two frames more, and views have followed.
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const bool is_done = size.x == static_cast<float>(width) && size.y == static_cast<float>(height);
    return ++frame_ > (is_done ? 3 : 60);
  }
  if (verb == "drop") {
    host.workspace.drop(host.observatory, command.rest);
    return true;
  }
  if (verb == "clipboard") {
    const char* text = ImGui::GetClipboardText();
    std::ofstream file(command.rest, std::ios::binary);
    file << (text != nullptr ? text : "");
    file.close();
    if (!file) fail(command, "cannot write " + command.rest);
    return true;
  }
  if (verb == "seek") {
    host.observatory.seek(std::llround(*number(command.words[0])));
    return true;
  }
  if (verb == "follow") {
    host.observatory.set_following(command.words[0] == "on");
    return true;
  }
  if (verb == "set") {
    const std::string key = command.words[0];
    const std::string text = trimmed(command.rest.substr(key.size()));
    try {
      auto& run = host.observatory.changed_run();
      run.set_parameter(key, parse_value(find_parameter(run.parameters(), key), text));
    } catch (const UsageError& error) {
      fail(command, error.what());
    }
    return true;
  }
  return advance_pointer(command);
}

bool InputScript::advance_wait(const Command& command, const ScriptHost& host) {
  const auto& status = host.observatory.status();
  const auto& verb = command.verb;
  if (verb == "wait") return frame_++ >= static_cast<int>(*number(command.words[0]));
  if (status.has_failed) fail(command, "the run has failed: " + status.failure);
  if (ImGui::GetTime() - started_ > kPatienceSeconds) fail(command, "still waiting after 15 minutes");
  ++frame_;
  const auto& recording = status.recording;
  const bool is_measured = recording && recording->measured + recording->refused >= recording->snapshots;
  const bool has_ended = recording ? is_measured : status.state != Engine::State::ready;
  const auto* snapshot = host.observatory.snapshot();
  if (verb == "wait_finished") return has_ended;
  if (verb == "wait_measured")
    return recording && static_cast<double>(recording->measured) >= *number(command.words[0]);
  if (verb == "wait_idle")
    return !status.is_running && !host.observatory.is_opening() && snapshot != nullptr &&
           snapshot->segment() == status.segment && snapshot->step() == host.observatory.playhead();
  bool is_reached = false;
  std::string wanted;
  if (verb == "wait_step") {
    is_reached = static_cast<double>(status.step) >= *number(command.words[0]);
    wanted = "step " + command.words[0];
  } else {
    is_reached = current_phase(host.observatory) >= *phase_named(command.words[0]);
    wanted = "phase " + command.words[0];
  }
  // A recording that is measured to its end may still be playing.
  if (!is_reached && has_ended && !status.is_running)
    fail(command, fmt::format("the {} at step {} without reaching {}", recording ? "recording stands" : "run ended",
                              status.step, wanted));
  return is_reached;
}

bool InputScript::advance_key(const Command& command, const ScriptHost& host) {
  auto& io = ImGui::GetIO();
  if (command.verb == "type") {
    if (frame_++ == 0) io.AddInputCharactersUTF8(command.rest.c_str());
    return frame_ > 2;
  }
  const auto key = *parse_key(command.words[0]);
  const bool is_down = frame_ == 0;
  if (is_down) {
    // As the window's own callbacks would: first the key, then the character it types.
    host.press_key(key.glfw_key, key.mods);
    if (key.character != 0 && (key.mods & GLFW_MOD_CONTROL) == 0) {
      host.workspace.press(host.observatory, key.character);
      io.AddInputCharacter(static_cast<unsigned>(key.character));
    }
  }
  io.KeysDown[key.glfw_key] = is_down;
  io.KeyCtrl = is_down && (key.mods & GLFW_MOD_CONTROL) != 0;
  io.KeyShift = is_down && (key.mods & GLFW_MOD_SHIFT) != 0;
  return frame_++ >= 2;
}

bool InputScript::locate(const Command& command, float fx, float fy, ImVec2* place) {
  const std::string& name = command.words[0];
  const Item* item = items().find(name);
  if (item == nullptr) {
    if (++missing_ < kPatienceFrames) return false;
    std::vector<std::string> names;
    for (const auto& drawn : items().all()) names.push_back(drawn.name);
    fail(command, "no item \"" + name + "\" is drawn; nearest: " + joined(nearest_names(name, names)));
  }
  *place = {item->min.x + fx * (item->max.x - item->min.x), item->min.y + fy * (item->max.y - item->min.y)};
  return true;
}

bool InputScript::advance_pointer(const Command& command) {
  const auto argument = [&](std::size_t i, float otherwise) {
    return command.words.size() > i ? static_cast<float>(*number(command.words[i])) : otherwise;
  };
  if (command.verb == "move") {
    if (command.words.size() == 2) {
      mouse_ = {argument(0, 0), argument(1, 0)};
      return frame_++ > 0;
    }
    if (frame_ == 0 && !locate(command, 0.5f, 0.5f, &mouse_)) return false;
    return frame_++ > 0;
  }
  const bool has_place = command.verb != "drag" && command.verb != "wheel";
  if (frame_ == 0) {
    if (!locate(command, has_place ? argument(1, 0.5f) : 0.5f, has_place ? argument(2, 0.5f) : 0.5f, &mouse_))
      return false;
    // Two frames for the item to notice the mouse above it.
  }
  if (frame_ < 2) {
    ++frame_;
    return false;
  }
  if (command.verb == "wheel") {
    if (frame_ == 2) ImGui::GetIO().MouseWheel = argument(1, 0.0f);
    return frame_++ >= 4;
  }
  return command.verb == "drag" ? drag(command) : press_buttons(command);
}

bool InputScript::press_buttons(const Command& command) {
  const int button = command.verb == "right_click" ? 1 : 0;
  const int presses = command.verb == "double_click" ? 2 : 1;
  const int phase = frame_++ - 2;
  // What is a double click is said by the script, not by how fast this machine draws.
  ImGui::GetIO().MouseDoubleClickTime = presses == 2 && phase > 0 ? FLT_MAX : 0.0f;
  ctrl_ = command.verb == "ctrl_click" && phase <= 1;
  if (command.verb == "ctrl_click" && !ctrl_) ImGui::GetIO().KeyCtrl = false;
  buttons_[button] = phase < 2 * presses && phase % 2 == 0;
  return phase > 2 * presses;
}

bool InputScript::drag(const Command& command) {
  const ImVec2 by{static_cast<float>(*number(command.words[1])),
                  static_cast<float>(*number(command.words[2]))};
  const int frames = command.words.size() > 3 ? std::max(1, static_cast<int>(*number(command.words[3]))) : 12;
  const int phase = frame_++ - 2;
  if (phase == 0) {
    drag_from_ = mouse_;
    buttons_[0] = true;
    return false;
  }
  const float share = static_cast<float>(std::min(phase, frames)) / static_cast<float>(frames);
  mouse_ = {drag_from_.x + by.x * share, drag_from_.y + by.y * share};
  if (phase > frames) buttons_[0] = false;
  return phase > frames + 2;
}

void InputScript::write_items(const Command& command) const {
  std::ofstream file(command.rest);
  for (const auto& item : items().all())
    file << fmt::format(
        "{{\"name\": {}, \"min\": [{:.1f}, {:.1f}], \"max\": [{:.1f}, {:.1f}], "
        "\"clip_min\": [{:.1f}, {:.1f}], \"clip_max\": [{:.1f}, {:.1f}]}}\n",
        json_quoted(item.name), item.min.x, item.min.y, item.max.x, item.max.y, item.clip_min.x,
        item.clip_min.y, item.clip_max.x, item.clip_max.y);
  file.close();
  if (!file) fail(command, "cannot write " + command.rest);
}

}  // namespace gramscope::app
