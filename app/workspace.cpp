#include "app/workspace.h"

#include <glad/gl.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "app/dropped_file.h"
#include "app/ui/focus.h"
#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/explanation.h"
#include "app/views/metric_rows.h"
#include "app/views/parameter_panel.h"
#include "app/views/recording_panel.h"
#include "app/views/shortcut_overlay.h"
#include "app/views/status_bar.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

/// The views that can stand in the panels of the centre.
const std::vector<Option>& picture_options() {
  static const std::vector<Option> options = [] {
    std::vector<Option> result;
    for (const auto& entry : view_entries())
      if (entry.is_picture) result.push_back({entry.key, entry.label, entry.summary});
    return result;
  }();
  return options;
}

/// The one window everything is drawn in: no background (panels are cleared), no decoration, the size of the
/// screen.
class HostWindow {
 public:
  explicit HostWindow(ImVec2 size) {
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
    ImGui::Begin("gramscope", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar(2);
  }
  ~HostWindow() { ImGui::End(); }
  HostWindow(const HostWindow&) = delete;
  HostWindow& operator=(const HostWindow&) = delete;
};

/// What two runs were told differently, as each has it: "d 32, λH 0.001" and "d 8".
std::pair<std::string, std::string> differences(const Config& left, const Config& right) {
  std::pair<std::string, std::string> texts;
  const auto add = [](std::string& text, const std::string& label, const Value& value) {
    text += (text.empty() ? "" : ", ") + label + " " + to_string(value);
  };
  const auto collect = [&](const Config& one, const Config& other, std::string& text) {
    for (const auto& parameter : applicable_parameters(one)) {
      if (parameter.key == "run.steps" || !one.contains(parameter.key)) continue;
      const auto& value = one.at(parameter.key);
      if (!other.contains(parameter.key) || !(other.at(parameter.key) == value)) add(text, parameter.symbol.empty() ? parameter.label : parameter.symbol, value);
    }
  };
  collect(left, right, texts.first);
  collect(right, left, texts.second);
  if (texts.first.empty() && texts.second.empty()) texts.first = texts.second = "the same parameters";
  return texts;
}

void clear_rect(const Rect& rect, ImU32 colour, ImVec2 scale, int height) {
  if (is_empty(rect)) return;
  const auto x0 = static_cast<int>(std::floor(rect.min.x * scale.x));
  const auto x1 = static_cast<int>(std::ceil(rect.max.x * scale.x));
  const auto y0 = static_cast<int>(std::floor(rect.min.y * scale.y));
  const auto y1 = static_cast<int>(std::ceil(rect.max.y * scale.y));
  const ImVec4 c = ImGui::ColorConvertU32ToFloat4(colour);
  glScissor(x0, height - y1, std::max(0, x1 - x0), std::max(0, y1 - y0));
  glClearColor(c.x, c.y, c.z, 1.0f);
  glClear(GL_COLOR_BUFFER_BIT);
}

}  // namespace

Workspace::Workspace(ExperimentSource source) : experiments_(source), top_bar_(std::move(source)) { reset_focus(); }

View& Workspace::view(const std::string& key, bool is_twin) {
  auto& slot = views_[is_twin ? key + " beside" : key];
  if (!slot) slot = find_view_entry(key)->make();
  return *slot;
}

void Workspace::draw(Observatory& observatory) {
  size_ = ImGui::GetIO().DisplaySize;
  items().begin_frame();
  begin_focus_order();
  if (size_.x < 1.0f || size_.y < 1.0f) return;
  HostWindow host(size_);
  LayoutNeeds needs;
  needs.scale = ui_scale();
  needs.factor_count = static_cast<int>(observatory.task().factors.size());
  needs.explanation_height = explanation_height(observatory, side_panel_width(size_.x, ui_scale()));
  if (const auto* snapshot = observatory.snapshot())
    needs.metric_count = static_cast<int>(principal_metric_rows(snapshot->metrics).size());
  needs.hides_metrics = full_view_ == "metrics";
  needs.hides_contrasts = full_view_ == "contrasts";
  needs.hides_spectrum = full_view_ == "spectrum" || is_in_centre("spectrum");
  needs.hides_timeline = full_view_ == "timeline";
  needs.has_run_tree = observatory.family.has_several();
  needs.has_two_columns = shows_columns(observatory);
  layout_ = compute_layout(size_, needs);

  draw_lines();
  {
    const ScopedClip clip(layout_.top_bar);
    if (const auto command = top_bar_.draw(observatory, layout_.top_bar, session_.are_there()))
      session_.execute(observatory, *command);
  }
  if (!is_empty(layout_.parameters)) {
    if (observatory.is_recording())
      draw_recording_panel(observatory, layout_.parameters);
    else
      draw_parameter_panel(observatory.changed_run(), layout_.parameters);
    if (auto* beside = observatory.family.beside; beside != nullptr && !ImGui::IsMouseDown(0)) beside->end_gesture();
  }
  draw_views(observatory);
  if (!is_empty(layout_.run_tree)) {
    const ScopedClip clip(layout_.run_tree);
    run_tree_.draw(observatory, layout_.run_tree);
  }
  if (!is_empty(layout_.status)) {
    const ScopedClip clip(layout_.status);
    draw_status_bar(observatory, layout_.status);
  }
  preparation_card_.draw(observatory, layout_.centre);
  session_.draw(observatory);
  draw_browser(observatory);
  if (shows_shortcuts_) draw_shortcut_overlay();
}

void Workspace::draw_browser(Observatory& observatory) {
  const std::string asked = std::exchange(observatory.view.browsing, {});
  if (!asked.empty() && observatory.config().contains(asked)) {
    const auto& parameter = find_parameter(observatory.parameters(), asked);
    browser_.open(parameter.label, observatory.config().text(asked));
    take_file_ = [asked](Observatory& shown, const std::filesystem::path& path) {
      if (shown.config().contains(asked)) shown.set_parameter(asked, path.string());
    };
  }
  if (session_.take_wish_to_open()) {
    browser_.open("Open a session", session_.actions().file());
    take_file_ = [this](Observatory& shown, const std::filesystem::path& path) { session_.open(shown, path); };
  }
  if (const auto chosen = browser_.draw()) take_file_(observatory, *chosen);
}

bool Workspace::is_in_centre(const std::string& key) const {
  return full_view_.empty() && std::find(centre_.begin(), centre_.end(), key) != centre_.end();
}

void Workspace::put_in_panel(std::size_t panel, const std::string& key) {
  // A view stands in one place: the panel that has it takes the other's.
  const auto other = std::find(centre_.begin(), centre_.end(), key);
  if (other != centre_.end()) *other = centre_[panel];
  centre_[panel] = key;
}

std::string Workspace::draw_exchangeable(Observatory& observatory, const std::string& list, const std::string& key,
                                         const Rect& rect) {
  const auto& options = picture_options();
  const auto current =
      std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.key == key; });
  if (current == options.end()) {
    draw_view(observatory, key, rect);
    return {};
  }
  const TitleList titles(list, options, static_cast<int>(current - options.begin()));
  draw_view(observatory, key, rect);
  return titles.chosen() ? options[static_cast<std::size_t>(*titles.chosen())].key : std::string();
}

void Workspace::draw_views(Observatory& observatory) {
  hovered_view_.clear();
  // What only a view that is no longer drawn could take back.
  std::string shown = full_view_;
  for (const auto& key : centre_) shown += " " + key;
  if (std::exchange(shown_views_, shown) != shown) {
    observatory.view.selection.hovered_a.reset();
    observatory.view.selection.hovered_b.reset();
  }
  if (shows_columns(observatory))
    draw_columns(observatory, *observatory.family.beside);
  else
    draw_centre(observatory);
  const std::array<std::pair<const char*, Rect>, 4> others{{{"metrics", layout_.metrics},
                                                            {"contrasts", layout_.contrasts},
                                                            {"spectrum", layout_.spectrum},
                                                            {"timeline", layout_.timeline}}};
  for (const auto& [key, rect] : others)
    if (full_view_ != key && !is_in_centre(key)) draw_view(observatory, key, rect);
  if (!is_empty(layout_.explanation)) {
    const ScopedClip clip(layout_.explanation);
    draw_explanation(observatory, layout_.explanation);
  }
}

void Workspace::draw_centre(Observatory& observatory) {
  if (full_view_.empty()) {
    const auto drawn = centre_;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const std::string list = "panel." + std::to_string(i + 1) + ".view";
      const auto chosen = draw_exchangeable(observatory, list, drawn[i], layout_.views[i]);
      if (!chosen.empty()) put_in_panel(i, chosen);
    }
  } else {
    const std::string drawn = full_view_;
    const auto chosen = draw_exchangeable(observatory, "panel.full.view", drawn, layout_.centre);
    if (!chosen.empty()) full_view_ = chosen;
  }
}

bool Workspace::shows_columns(const Observatory& observatory) const {
  const auto* full = find_view_entry(full_view_);
  return observatory.family.beside != nullptr && (full == nullptr || full->is_picture);
}

void Workspace::draw_columns(Observatory& observatory, Observatory& beside) {
  draw_column_titles(observatory, beside);
  // What stands in the left panels is seen of both.
  struct Row {
    std::string key;
    Rect left;
    Rect right;
    std::string list;
    std::optional<std::size_t> panel;
  };
  std::vector<Row> rows;
  if (full_view_.empty()) {
    rows.push_back({centre_[0], layout_.views[0], layout_.views[1], "panel.1.view", 0});
    rows.push_back({centre_[2], layout_.views[2], layout_.views[3], "panel.3.view", 2});
  } else {
    const float middle = layout_.views[0].max.x;
    rows.push_back({full_view_, {layout_.centre.min, {middle, layout_.centre.max.y}},
                    {{middle, layout_.centre.min.y}, layout_.centre.max}, "panel.full.view", {}});
  }
  std::string chosen;
  const Row* chosen_in = nullptr;
  for (const auto& row : rows) {
    chosen = draw_exchangeable(observatory, row.list, row.key, row.left);
    if (!chosen.empty()) chosen_in = &row;
    if (chosen_in != nullptr) break;
  }
  // One look at both: each takes over what is done to the other.
  beside.look_as(observatory);
  const ViewState before = beside.view;
  {
    const ScopedId id("beside");
    items().set_prefix("beside.");
    for (const auto& row : rows) draw_view(beside, row.key, row.right, true);
    items().set_prefix({});
  }
  ViewState after = beside.view;
  after.wanted = before.wanted;
  after.wants_ntp_ufm = before.wants_ntp_ufm;
  if (!(after == before)) observatory.look_as(beside);
  if (chosen_in == nullptr) return;
  if (chosen_in->panel)
    put_in_panel(*chosen_in->panel, chosen);
  else
    full_view_ = chosen;
}

void Workspace::draw_column_titles(Observatory& observatory, const Observatory& beside) {
  const float s = ui_scale();
  const Rect& strip = layout_.column_titles;
  if (is_empty(strip)) return;
  const bool is_narrow = strip.width() < 640.0f * s;
  const std::array<Option, 3> scopes{
      {{"both", "both", "A change of a parameter is made in both runs."},
       {"shown", is_narrow ? "L" : "left", "A change of a parameter is made in the left run."},
       {"beside", is_narrow ? "R" : "right", "A change of a parameter is made in the right run, whose parameters the panel shows."}}};
  Family& family = observatory.family;
  const float middle = layout_.views[0].max.x;
  const float margin = 12.0f * s;
  const float y = centred_y(fonts().small, strip.min.y, strip.max.y);
  const auto [left_text, right_text] = differences(observatory.config(), beside.config());
  // The right column's end: back to one run; before it, whom the panel changes.
  const float top = std::round(strip.min.y + 3.0f * s);
  const float bottom = std::round(strip.max.y - 3.0f * s);
  const float close = std::round(20.0f * s);
  const Rect close_rect{{strip.max.x - 6.0f * s - close, top}, {strip.max.x - 6.0f * s, bottom}};
  if (sign_button("button.alone", close_rect, "×", ButtonKind::quiet, "Alone", "Shows the left run alone; the right one stays in the tree."))
    for (const auto& run : family.runs)
      if (run.is_shown) family.wants_beside = run.id;
  const float scope_width = segmented_width(scopes);
  const Rect scope_rect{{close_rect.min.x - 8.0f * s - scope_width, top}, {close_rect.min.x - 8.0f * s, bottom}};
  if (const auto chosen = segmented("compare.scope", scope_rect, scopes, static_cast<int>(family.scope)))
    family.wants_scope = static_cast<ChangeScope>(*chosen);
  const std::string caption = "change";
  const float caption_left = scope_rect.min.x - 8.0f * s - text_size(fonts().small, caption).x;
  float right_end = scope_rect.min.x - 10.0f * s;
  if (caption_left > middle + 110.0f * s) {
    draw_text(fonts().small, {caption_left, y}, palette().text_muted, caption);
    right_end = caption_left - 10.0f * s;
  }
  const auto title = [&](const char* name, float left, float end, const Observatory& run, const std::string& text, ImU32 colour) {
    const float x = left + draw_text(fonts().strong, {left, centred_y(fonts().strong, strip.min.y, strip.max.y)}, colour, name);
    const std::string whole = text + (text.empty() ? "" : ", ") + "step " + format_count(run.playhead());
    const std::string shown = elided(fonts().small, whole, end - x - 8.0f * s);
    const float width = draw_text(fonts().small, {x + 8.0f * s, y}, palette().text, shown);
    report_item(std::string("label.column.") + name, {left, y}, {x + 8.0f * s + width, y + fonts().small->FontSize});
  };
  title("Left", strip.min.x + margin, middle - 8.0f * s, observatory, left_text, palette().accent);
  title("Right", middle + margin, right_end, beside, right_text, palette().classes[1]);
}

void Workspace::draw_view(Observatory& observatory, const std::string& key, const Rect& rect, bool is_twin) {
  constexpr float kLeast = 40.0f;  // below it there is nothing to see, only arithmetic to go wrong
  if (rect.width() < kLeast || rect.height() < kLeast || find_view_entry(key) == nullptr) return;
  const ScopedClip clip(rect);
  const ScopedId id(key.c_str());
  if (rect.contains(ImGui::GetIO().MousePos)) hovered_view_ = key;
  view(key, is_twin).draw(observatory, rect);
  // Those that know a better rectangle have reported it.
  if (items().find(items().prefix() + "view." + key) == nullptr) report_item("view." + key, rect.min, rect.max);
}

void Workspace::draw_lines() const {
  auto& canvas = *ImGui::GetWindowDrawList();
  const ImU32 colour = palette().line;
  auto horizontal = [&](float x0, float x1, float y) {
    canvas.AddRectFilled({x0, y}, {x1, y + 1.0f}, colour);
  };
  auto vertical = [&](float x, float y0, float y1) { canvas.AddRectFilled({x, y0}, {x + 1.0f, y1}, colour); };
  const auto& c = layout_.centre;
  horizontal(0, size_.x, layout_.top_bar.max.y - 1.0f);
  horizontal(0, size_.x, layout_.status.min.y);
  if (!is_empty(layout_.timeline)) horizontal(0, size_.x, layout_.timeline.min.y);
  if (!is_empty(layout_.run_tree))
    vertical(layout_.run_tree.max.x, layout_.run_tree.min.y, layout_.run_tree.max.y);
  if (!is_empty(layout_.column_titles)) horizontal(c.min.x, c.max.x, layout_.column_titles.max.y - 1.0f);
  if (!is_empty(layout_.parameters)) vertical(c.min.x - 1.0f, c.min.y, c.max.y);
  if (!is_empty(layout_.side)) vertical(c.max.x, c.min.y, c.max.y);
  if (!full_view_.empty()) return;
  horizontal(c.min.x, c.max.x, layout_.views[0].max.y);
  vertical(layout_.views[0].max.x, c.min.y, c.max.y);
}

void Workspace::clear_background(int framebuffer_width, int framebuffer_height) const {
  const ImVec2 scale = ImGui::GetIO().DisplayFramebufferScale;
  glViewport(0, 0, framebuffer_width, framebuffer_height);
  glEnable(GL_SCISSOR_TEST);
  const Rect all{{0, 0}, size_};
  clear_rect(all, palette().panel, scale, framebuffer_height);
  clear_rect(layout_.centre, palette().background, scale, framebuffer_height);
  glDisable(GL_SCISSOR_TEST);
}

bool Workspace::press(Observatory& observatory, char32_t character) {
  const auto shortcut = shortcut_of(character);
  if (!shortcut || is_keyboard_taken()) return false;
  execute(observatory, *shortcut);
  return true;
}

bool Workspace::press_with_control(Observatory& observatory, char letter, bool has_shift) {
  const auto command = session_command_of(letter, has_shift);
  if (!command || !session_.are_there() || is_typing_or_choosing()) return false;
  session_.execute(observatory, *command);
  return true;
}

bool Workspace::owns_arrow_keys(const Observatory& observatory) const {
  return observatory.has_playhead() && !is_keyboard_taken();
}

bool Workspace::move_playhead(Observatory& observatory, PlayheadMove move) {
  if (!owns_arrow_keys(observatory)) return false;
  switch (move) {
    case PlayheadMove::back:
      observatory.step_recorded(-1);
      break;
    case PlayheadMove::on:
      observatory.step_recorded(1);
      break;
    case PlayheadMove::first:
      observatory.seek(observatory.records().front().step());
      break;
    case PlayheadMove::newest:
      observatory.go_live();
      break;
  }
  return true;
}

void Workspace::execute(Observatory& observatory, Shortcut shortcut) {
  auto set_pace = [&](Pace pace) {
    SetSpeed speed = observatory.speed();
    speed.pace = pace;
    observatory.set_speed(speed);
  };
  switch (shortcut) {
    case Shortcut::run_or_pause:
      // What is seen to move, or to rest, is what the key is for.
      return observatory.is_in_past() ? observatory.toggle_playing() : toggle_run(observatory);
    case Shortcut::step:
      return observatory.step();
    case Shortcut::step_back:
      return observatory.step_recorded(-1);
    case Shortcut::restart:
      return observatory.restart();
    case Shortcut::new_seed:
      return observatory.new_seed();
    case Shortcut::branch:
      return observatory.branch();
    case Shortcut::twin:
      return observatory.wish_twin();
    case Shortcut::speed_log_time:
      return set_pace(Pace::log_time);
    case Shortcut::speed_steps_per_second:
      return set_pace(Pace::steps_per_second);
    case Shortcut::speed_maximum:
      return set_pace(Pace::maximum);
    case Shortcut::full_view:
      full_view_ = full_view_.empty() ? hovered_view_ : std::string();
      return;
    case Shortcut::show_keys:
      shows_shortcuts_ = !shows_shortcuts_;
      return;
  }
}

void Workspace::undo(Observatory& observatory, bool is_redo) {
  if (browser_.is_open() || does_escape_belong_to_imgui()) return;
  auto& run = observatory.changed_run();
  is_redo ? run.redo() : run.undo();
}

void Workspace::drop(Observatory& observatory, const std::filesystem::path& path) {
  browser_.close();
  open_dropped_file(observatory, experiments_, path);
}

void Workspace::escape(Observatory& observatory) {
  if (browser_.is_open()) return browser_.close();
  if (session_.is_asking()) return session_.stop_asking();
  // Taking the focus from an open field here would confirm what Esc is to take back.
  if (does_escape_belong_to_imgui()) return;
  if (shows_shortcuts_) {
    shows_shortcuts_ = false;
    return;
  }
  if (session_.leave_lost()) return;
  if (observatory.is_waiting())
    observatory.cancel_preparation();
  else if (is_keyboard_taken())
    drop_focus();
  else
    full_view_.clear();
}

}  // namespace gramscope::app
