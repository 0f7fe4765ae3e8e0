#include "app/ui/input_script.h"

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include <string>

#include "app/ui/script_keys.h"
#include "core/registry/error.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

std::string error_of(const std::string& text) {
  try {
    InputScript::parse(text, "demo.txt");
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("InputScript: understands every command, comments and empty lines") {
  CHECK(error_of(
            "# a demo\n\nwait 3   # frames\nwait_step 100\nwait_phase structure\nwait_finished\nwait_idle\n"
            "move button.run\nmove 10 20\nclick a.b 0.2 0.8\ndouble_click a\nright_click a\nctrl_click a\n"
            "drag a 10 -5 3\nwheel a -1.5\nkey Ctrl+Enter\nkey ?\ntype 0.5 and more\nresize 800 600\n"
            "set optimizer.lr 5\nseek 200\nfollow on\nwait_measured 3\ndrop a/b c.npz\nitems out.jsonl\nshot a picture.png\nquit\n") == "");
}

TEST_CASE("InputScript: errors name file, line, command and what is wrong") {
  CHECK(error_of("wait 1\nclik button.run").starts_with("demo.txt:2: clik: no such command; nearest: click"));
  CHECK(error_of("wait").starts_with("demo.txt:1: wait: 0 arguments given, 1 needed"));
  CHECK(error_of("wait soon").find("\"soon\" is not a number") != std::string::npos);
  CHECK(error_of("resize 100").find("1 argument given, 2 needed") != std::string::npos);
  CHECK(error_of("wait_phase melted").find("is no phase") != std::string::npos);
  CHECK(error_of("key Hyper").find("no key \"Hyper\"") != std::string::npos);
  CHECK(error_of("seek there").find("\"there\" is not a number") != std::string::npos);
  CHECK(error_of("follow me").find("neither on nor off") != std::string::npos);
  CHECK(error_of("drag a 1 x").find("\"x\" is not a number") != std::string::npos);
}

TEST_CASE("InputScript: a file that is not there") {
  CHECK_THROWS_AS(InputScript::load("/no/such/script.txt"), InputError);
}

TEST_CASE("parse_key: names, modifiers and characters") {
  CHECK(parse_key("Space")->character == U' ');
  CHECK(parse_key("r")->glfw_key == GLFW_KEY_R);
  CHECK(parse_key("R")->glfw_key == GLFW_KEY_R);
  CHECK(parse_key("Ctrl+Shift+Tab")->mods == (GLFW_MOD_CONTROL | GLFW_MOD_SHIFT));
  CHECK(parse_key("Ctrl++")->glfw_key == '+');
  CHECK(parse_key("ctrl+z")->mods == GLFW_MOD_CONTROL);
  CHECK(parse_key("ctrl+z")->glfw_key == GLFW_KEY_Z);
  CHECK(parse_key("Tab")->character == 0);
  CHECK_FALSE(parse_key("").has_value());
  CHECK_FALSE(parse_key("Ctrl+").has_value());
  CHECK_FALSE(parse_key("Hyper").has_value());
}
