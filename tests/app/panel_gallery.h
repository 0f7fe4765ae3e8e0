#pragma once

#include <filesystem>

namespace gramscope::app {

/// Draws what lies over and beside the views, and uses it as a hand would: rows of the parameter panel, the file browser,
/// the card of a task being made. Leaves pictures in the directory unless it is empty; gives the number of failures.
int draw_panels(const std::filesystem::path& directory);

}  // namespace gramscope::app
