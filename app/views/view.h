#pragma once

#include <imgui.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "app/observatory.h"

namespace gramscope::app {

struct Rect {
  ImVec2 min;
  ImVec2 max;

  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
  bool contains(ImVec2 p) const { return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y; }
};

/// A picture of the run. A view reads the observatory, draws inside its rectangle (header line included) in
/// the current ImGui window and into observatory.draws, and changes nothing but observatory.view. It keeps
/// what it has uploaded or laid out from frame to frame. It never sees a model.
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
};

/// Adding a view is a file in app/views/ and a line here.
std::span<const ViewEntry> view_entries();
const ViewEntry* find_view_entry(std::string_view key);

}  // namespace gramscope::app
