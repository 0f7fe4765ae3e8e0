#include "app/views/recording_panel.h"

#include <algorithm>
#include <cmath>

#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/scroll_area.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/recording_reading.h"
#include "core/io/embedding_file.h"

namespace gramscope::app {
namespace {

std::string plural(std::int64_t count, const char* one, const char* several) {
  return format_count(count) + " " + (count == 1 ? one : several);
}

/// "40 snapshots, steps 0 to 1,200"
std::string extent_text(const RecordingStatus& recording, const std::vector<Record>& records) {
  std::string text = plural(recording.snapshots, "snapshot", "snapshots");
  if (records.size() > 1)
    text += ", steps " + format_count(records.front().step()) + " to " + format_count(records.back().step());
  else if (records.size() == 1)
    text += ", step " + format_count(records.front().step());
  return text;
}

/// "Gram: 5,000 rows are averaged 2 at a time"; empty where they are shown one by one.
std::string averaging_text(const Snapshot& snapshot) {
  if (snapshot.block <= 1) return {};
  return "The Gram matrix of " + format_count(snapshot.task().contexts) + " rows is shown in means of " +
         format_count(snapshot.block) + " neighbours in the chosen order. Click one to compare it with all.";
}

/// The panel's column, written downward.
class RecordingColumn {
 public:
  explicit RecordingColumn(const Rect& bounds) : bounds_(bounds), y_(bounds.min.y) {}

  float end() const { return y_; }

  void heading(const std::string& text) {
    const float s = ui_scale();
    if (y_ > bounds_.min.y) y_ += std::round(12.0f * s);
    y_ += group_heading({bounds_.min.x, y_}, text) + std::round(5.0f * s);
  }

  void paragraph(const std::string& name, const std::string& text, ImU32 colour, ImFont* font) {
    if (text.empty()) return;
    const float s = ui_scale();
    const float line = font->FontSize + 2.0f * s;
    const float height = draw_wrapped(font, {bounds_.min.x, y_}, bounds_.width(), line, colour, text);
    report_visible_item(name, {{bounds_.min.x, y_}, {bounds_.max.x, y_ + height}});
    y_ += std::round(height + 3.0f * s);
  }

  /// The name of an array, and what it is behind it, on further lines where it is long.
  void fact(const std::string& name, const std::string& text, ImU32 name_colour) {
    const float s = ui_scale();
    const float indent = std::round(std::max(64.0f * s, text_size(fonts().body, name).x + 10.0f * s));
    const float line = fonts().body->FontSize + 2.0f * s;
    draw_text(fonts().body, {bounds_.min.x, y_}, name_colour, name);
    const float height = draw_wrapped(fonts().body, {bounds_.min.x + indent, y_}, bounds_.width() - indent, line,
                                      palette().text_muted, text);
    const float taken = std::max(height, line);
    report_visible_item("recording.array." + name, {{bounds_.min.x, y_}, {bounds_.max.x, y_ + taken}});
    y_ += std::round(taken + 3.0f * s);
  }

  /// A line shortened in its middle, whole while the mouse is on it, with a button at its end; true when that is pressed.
  bool line_with_button(const std::string& name, const std::string& text, const std::string& button_name,
                        const std::string& label, const std::string& hint) {
    const float s = ui_scale();
    const float height = std::round(24.0f * s);
    const float width = std::round(button_width(label));
    const Rect button_rect{{bounds_.max.x - width, y_}, {bounds_.max.x, y_ + height}};
    const Rect line{{bounds_.min.x, y_}, {button_rect.min.x - 8.0f * s, y_ + height}};
    draw_text(fonts().small, {line.min.x, centred_y(fonts().small, line.min.y, line.max.y)}, palette().text_muted,
              elided_middle(fonts().small, text, line.width()));
    report_visible_item(name, line);
    if (ImGui::IsWindowHovered() && line.contains(ImGui::GetIO().MousePos)) show_info_card({}, text);
    y_ += height;
    return button(button_name, button_rect, label, ButtonKind::quiet, hint);
  }

 private:
  Rect bounds_;
  float y_;
};

void write_what_was_found(RecordingColumn& column, Observatory& observatory, const RecordingStatus& recording) {
  column.heading("Recording");
  column.paragraph("recording.name", recording_name(recording), palette().text, fonts().strong);
  if (column.line_with_button("recording.path", recording.path, "button.recording.copy_path", "Copy", "Copies the path."))
    ImGui::SetClipboardText(recording.path.c_str());
  column.paragraph("recording.extent", extent_text(recording, observatory.records()), palette().text, fonts().body);
  if (recording.measured + recording.refused < recording.snapshots)
    column.paragraph("recording.measured",
                     format_count(recording.measured) + " of " + format_count(recording.snapshots) + " measured so far",
                     palette().text_muted, fonts().body);
  if (const auto& preparation = observatory.status().preparation; preparation && !observatory.is_opening()) {
    const std::string percent = format_fixed(100.0 * std::clamp(preparation->share, 0.0, 1.0), 0) + "%";
    const bool is_stopped = column.line_with_button("recording.preparation", preparation->what + ", " + percent,
                                                    "button.recording.stop", "Stop", "Gives it up; what is shown stays.");
    if (is_stopped) observatory.cancel_preparation();
  }
  if (recording.refused == 0) return;
  column.paragraph("recording.refused", plural(recording.refused, "file", "files") + " refused", palette().warning,
                   fonts().body);
  column.paragraph("recording.problem", recording.problem, palette().text_muted, fonts().small);
}

void write_arrays(RecordingColumn& column, const RecordingStatus& recording, const Snapshot* snapshot) {
  column.heading("Arrays");
  for (const auto& [name, text] : recording.facts) column.fact(name, text, palette().text);
  if (snapshot == nullptr) return;
  const auto missing = missing_arrays(*snapshot);
  if (!missing.empty()) column.heading("Not in the files");
  for (const auto& array : missing) column.fact(array.name, array.meaning, palette().text_dim);
}

void write_limits(RecordingColumn& column, const Snapshot* snapshot) {
  column.heading("Limits");
  column.paragraph("recording.limits",
                   "Up to " + format_count(kMostEmbeddingRows) + " rows and " + format_count(kMostEmbeddingCells) +
                       " entries: 20,000 × 4,096 fits.",
                   palette().text_muted, fonts().small);
  if (snapshot != nullptr)
    column.paragraph("recording.averaging", averaging_text(*snapshot), palette().text_muted, fonts().small);
}

/// Whether rows have no names but their numbers.
bool are_numbered(const Task& task) {
  for (std::size_t j = 0; j < task.context_names.size(); ++j)
    if (task.context_names[j] != std::to_string(j)) return false;
  return true;
}

}  // namespace

std::vector<MissingArray> missing_arrays(const Snapshot& snapshot) {
  const Task& task = snapshot.task();
  std::vector<MissingArray> missing;
  if (snapshot.embeddings->w.rows() == 0)
    missing.push_back({"W", "K × d: the read-out, for logits, loss, accuracy and self-duality (nc3)"});
  if (!task.has_targets())
    missing.push_back({"labels", "n integers: class means, collapse within and between classes (nc1, nc2)"});
  if (task.factors.empty())
    missing.push_back({"factors", "n × k integers: semantic alignment, contrasts and phases"});
  if (are_numbered(task)) missing.push_back({"names", "n texts: what each row is"});
  return missing;
}

void draw_recording_panel(Observatory& observatory, const Rect& rect) {
  const auto& recording = observatory.status().recording;
  if (!recording) return;
  const float margin = std::round(12.0f * ui_scale());
  const ScrollArea area("recording", rect);
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  RecordingColumn column({{rect.min.x + margin, origin.y + margin}, {rect.max.x - margin, origin.y + margin}});
  const Snapshot* snapshot = observatory.snapshot();
  write_what_was_found(column, observatory, *recording);
  write_arrays(column, *recording, snapshot);
  write_limits(column, snapshot);
  const float height = column.end() - origin.y;
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({1.0f, height + margin});
}

}  // namespace gramscope::app
