#include "app/ui/items.h"

namespace gramscope::app {

ItemList& items() {
  static ItemList list;
  return list;
}

void report_item(std::string name, ImVec2 min, ImVec2 max) {
  const auto& draw_list = *ImGui::GetWindowDrawList();
  items().add(std::move(name), min, max, draw_list.GetClipRectMin(), draw_list.GetClipRectMax());
}

}  // namespace gramscope::app
