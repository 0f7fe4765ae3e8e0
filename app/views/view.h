#pragma once

#include <imgui.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// A picture of the run. A view reads the observatory, draws inside its rectangle (header line included) in the
/// current ImGui window and into observatory.draws, and changes nothing but observatory.view. It keeps what it has
/// uploaded or laid out from frame to frame. It never sees a model.
class View {
 public:
  virtual ~View() = default;
  virtual void draw(Observatory& observatory, const Rect& rect) = 0;
};

struct ViewEntry {
  std::string key;      ///< "gram_h": stable, used by `shot --view` and in files
  std::string label;    ///< "Contexts H"
  std::string summary;  ///< one sentence
  std::function<std::unique_ptr<View>()> make;
  bool is_picture = false;  ///< can stand in any of the four panels of the centre
};

/// Adding a view is a file in app/views/ and a line here.
std::span<const ViewEntry> view_entries();
const ViewEntry* find_view_entry(std::string_view key);

}  // namespace gramscope::app
