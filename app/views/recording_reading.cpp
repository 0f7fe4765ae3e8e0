#include "app/views/recording_reading.h"

#include <algorithm>
#include <filesystem>

#include "app/ui/format.h"
#include "app/ui/theme.h"

namespace gramscope::app {

std::string recording_name(const RecordingStatus& recording) {
  std::filesystem::path path(recording.path);
  // "runs/a/" is called a.
  if (path.filename().empty()) path = path.parent_path();
  const std::string name = path.filename().string();
  return name.empty() || name == "." ? recording.path : name;
}

RecordingStanding recording_standing(const Observatory& observatory) {
  const auto& recording = *observatory.status().recording;
  const auto& records = observatory.records();
  if (recording.measured + recording.refused < recording.snapshots)
    return {format_count(recording.measured) + " of " + format_count(recording.snapshots) + " measured",
            palette().text_muted};
  const std::string newest = records.empty() ? "" : "step " + format_count(records.back().step());
  if (recording.is_following && observatory.is_at_newest()) return {"live: " + newest, palette().good};
  if (recording.is_following) return {"newest: " + newest, palette().text_muted};
  return {format_count(recording.measured) + (recording.measured == 1 ? " snapshot" : " snapshots"),
          palette().text_muted};
}

std::string refusal_text(const RecordingStatus& recording) {
  if (recording.refused == 0) return {};
  return format_count(recording.refused) + (recording.refused == 1 ? " file refused" : " files refused");
}

std::optional<std::size_t> playhead_place(const Observatory& observatory) {
  const auto& records = observatory.records();
  const auto found = std::find_if(records.begin(), records.end(),
                                  [&](const Record& record) { return record.step() == observatory.playhead(); });
  if (found == records.end()) return std::nullopt;
  return static_cast<std::size_t>(found - records.begin()) + 1;
}

std::string describe_recording(const Observatory& observatory) {
  const auto& status = observatory.status();
  const auto& recording = *status.recording;
  const std::string step = "step " + format_count(observatory.playhead());
  const auto place = playhead_place(observatory);
  std::string text = status.is_running ? "Playing" : "Snapshot";
  if (place && observatory.records().size() > 1)
    text += (status.is_running ? ": " : " ") + format_count(static_cast<std::int64_t>(*place)) + " of " +
            format_count(static_cast<std::int64_t>(observatory.records().size())) + ", " + step;
  else
    text += (status.is_running ? ": " : " of ") + step;
  if (recording.is_following)
    text += observatory.is_at_newest() ? ". New snapshots are shown as they come" : ". New snapshots join the timeline";
  return text;
}

}  // namespace gramscope::app
