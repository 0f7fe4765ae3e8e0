#pragma once

#include <imgui.h>

#include <optional>
#include <string>

#include "app/observatory.h"

namespace gramscope::app {

/// What the bars and panels read off a recording together.

/// The name of the file or directory.
std::string recording_name(const RecordingStatus& recording);

/// A word on how far reading has come, and its colour.
struct RecordingStanding {
  std::string text;  ///< "live: step 1,200", "3 of 40 measured"
  ImU32 colour = 0;
};
RecordingStanding recording_standing(const Observatory& observatory);

/// "1 file refused"; empty: none.
std::string refusal_text(const RecordingStatus& recording);

/// What is shown and what happens, in a sentence for the status bar.
std::string describe_recording(const Observatory& observatory);

/// The place of the playhead among the recorded steps, from 1; empty before the first.
std::optional<std::size_t> playhead_place(const Observatory& observatory);

}  // namespace gramscope::app
