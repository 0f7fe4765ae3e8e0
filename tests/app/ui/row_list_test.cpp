#include "app/ui/row_list.h"

#include <doctest/doctest.h>

#include "tests/app/ui/imgui_scope.h"

using namespace gramscope::app;

namespace {

const Rect kPlace{{100, 50}, {300, 250}};  // ten rows of 20
constexpr float kHeight = 20.0f;

/// A list of 1,000 rows under a hand.
struct HandOnList {
  ImGuiScope scope;
  RowList list;
  std::size_t count = 1000;

  RowList::Response frame(ImVec2 mouse, bool is_down = false) {
    RowList::Response response;
    scope.frame(mouse, is_down, [&] { response = list.respond("list", kPlace, count, kHeight); });
    return response;
  }
  RowList::Response wheel(float notches) {
    ImGui::GetIO().MouseWheel = notches;
    return frame({150, 60});
  }
  RowList::Response key(ImGuiKey key) {
    auto& io = ImGui::GetIO();
    const int code = io.KeyMap[key];
    io.KeysDown[code] = true;
    const auto response = frame({150, 60});
    io.KeysDown[code] = false;
    frame({150, 60});
    return response;
  }
  HandOnList() {
    auto& io = ImGui::GetIO();
    for (int k = 0; k < ImGuiKey_COUNT; ++k) io.KeyMap[k] = k + 1;
    frame({-1, -1});
  }
};

}  // namespace

TEST_CASE(
    "RowList: of many rows those in sight are shown, and the one under the mouse is found at every scroll") {
  HandOnList hand;
  CHECK(hand.list.first() == 0);
  CHECK(hand.list.end() == 10);
  hand.frame({150, 60});
  CHECK(hand.frame({150, 95}).pointed == std::size_t{2});
  CHECK_FALSE(hand.frame({150, 40}).pointed);
  CHECK_FALSE(hand.frame({310, 95}).pointed);
  hand.wheel(-4.0f);
  CHECK(hand.list.first() == 12);
  CHECK(hand.frame({150, 95}).pointed == std::size_t{14});
  for (std::size_t i = hand.list.first(); i < hand.list.end(); ++i)
    CHECK(hand.list.row(i).min.y == kPlace.min.y + kHeight * static_cast<float>(i - 12));
}

TEST_CASE("RowList: scrolling ends at the first and the last row") {
  HandOnList hand;
  hand.frame({150, 60});
  hand.wheel(50.0f);
  CHECK(hand.list.first() == 0);
  hand.wheel(-1e6f);
  CHECK(hand.list.end() == 1000);
  CHECK(hand.list.first() == 990);
  CHECK(hand.list.row(999).max.y == kPlace.max.y);
  // A list that has become shorter is seen from within.
  hand.count = 12;
  hand.frame({150, 60});
  CHECK(hand.list.end() == 12);
  CHECK(hand.list.first() == 2);
  hand.count = 3;
  hand.frame({150, 60});
  CHECK(hand.list.first() == 0);
  CHECK_FALSE(hand.frame({150, 200}).pointed);
}

TEST_CASE("RowList: a click presses the row under the mouse, once") {
  HandOnList hand;
  hand.frame({150, 60});
  hand.frame({150, 115});
  CHECK_FALSE(hand.frame({150, 115}, true).pressed);
  CHECK(hand.frame({150, 115}).pressed == std::size_t{3});
  CHECK_FALSE(hand.frame({150, 115}).pressed);
}

TEST_CASE("RowList: keys move a cursor, the list goes with it, and Enter presses it") {
  HandOnList hand;
  hand.frame({150, 60});
  hand.frame({150, 60});
  hand.key(ImGuiKey_DownArrow);
  CHECK(hand.list.cursor() == std::size_t{0});
  for (int i = 0; i < 14; ++i) hand.key(ImGuiKey_DownArrow);
  CHECK(hand.list.cursor() == std::size_t{14});
  CHECK(hand.list.end() == 15);
  CHECK(hand.key(ImGuiKey_Enter).pressed == std::size_t{14});
  hand.key(ImGuiKey_UpArrow);
  CHECK(hand.list.cursor() == std::size_t{13});
  hand.key(ImGuiKey_End);
  CHECK(hand.list.cursor() == std::size_t{999});
  hand.key(ImGuiKey_PageUp);
  CHECK(hand.list.cursor() == std::size_t{990});
  hand.key(ImGuiKey_Home);
  CHECK(hand.list.cursor() == std::size_t{0});
  CHECK(hand.list.first() == 0);
}
