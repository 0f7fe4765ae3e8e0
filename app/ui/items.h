#pragma once

#include <imgui.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gramscope::app {

/// A named rectangle on the screen, in window pixels: a control, a label, a view, a cell. Layout tests and input scripts
/// find things by these names ("button.run", "parameter.optimizer.lr", "view.gram_h", "label.metric.loss").
struct Item {
  std::string name;
  ImVec2 min;
  ImVec2 max;
  /// The rectangle it must lie inside to be readable: its panel, usually.
  ImVec2 clip_min;
  ImVec2 clip_max;
};

/// The items drawn since the frame began.
class ItemList {
 public:
  void begin_frame() {
    items_.clear();
    prefix_.clear();
  }
  void add(const std::string& name, ImVec2 min, ImVec2 max, ImVec2 clip_min, ImVec2 clip_max) {
    items_.push_back({prefix_ + name, min, max, clip_min, clip_max});
  }
  const Item* find(std::string_view name) const {
    for (const auto& item : items_)
      if (item.name == name) return &item;
    return nullptr;
  }
  const std::vector<Item>& all() const { return items_; }

  /// Before the names of what is added from here on: what is drawn twice is told apart by it.
  void set_prefix(std::string prefix) { prefix_ = std::move(prefix); }
  const std::string& prefix() const { return prefix_; }

 private:
  std::vector<Item> items_;
  std::string prefix_;
};

/// The list of the frame being drawn.
ItemList& items();

/// Reports a rectangle under a name, with the current ImGui clip rectangle as the one it must lie inside.
void report_item(std::string name, ImVec2 min, ImVec2 max);

}  // namespace gramscope::app
