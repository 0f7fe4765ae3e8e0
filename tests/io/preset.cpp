#include "core/io/preset.h"

#include <doctest/doctest.h>

#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/train/engine.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using gramscope::test::contains;
using gramscope::test::message_of;

namespace {

const std::string kPresetHead = "format = 1\ntitle = \"T\"\nsummary = \"S\"\n";

std::string preset_refusal(const std::string& text) {
  return message_of<InputError>([&] { parse_preset(text, "dir/mine.toml"); });
}

}  // namespace

TEST_CASE("parse_preset: title, summary and checked values, the defaults left to resolve()") {
  const auto preset = parse_preset(
      kPresetHead + "[model]\nd = 16\ninit_scale = 1\n[run]\nseed = 4294967295\n", "dir/mine.toml");
  CHECK(preset.name == "mine");
  CHECK(preset.title == "T");
  CHECK(preset.summary == "S");
  CHECK(preset.config.values().size() == 3);
  CHECK(preset.config.integer("model.d") == 16);
  CHECK(preset.config.real("model.init_scale") == 1.0);  // a whole number where a real is meant
  CHECK(preset.config.integer("run.seed") == 4294967295);
}

TEST_CASE("parse_preset: what is wrong is told with file, line, key and what is allowed") {
  SUBCASE("unknown parameter") {
    const auto message = preset_refusal(kPresetHead + "[model]\nd = 8\nalhpa = 1.0\n");
    CHECK(message.starts_with("dir/mine.toml:6: model.alhpa: "));
    CHECK(contains(message, "model.alpha"));
  }
  SUBCASE("unknown table") {
    const auto message = preset_refusal(kPresetHead + "[modell]\nd = 8\n");
    CHECK(message.starts_with("dir/mine.toml:4: modell: "));
    CHECK(contains(message, "model"));
  }
  SUBCASE("out of range") {
    const auto message = preset_refusal(kPresetHead + "\n[model]\nd = 0\n");
    CHECK(message.starts_with("dir/mine.toml:6: model.d = 0: "));
    CHECK(contains(message, "from 1 to"));
  }
  SUBCASE("the range is the one --set names") {
    const auto applicable = applicable_parameters({});
    const auto message = preset_refusal(kPresetHead + "[reg]\nlambda_w = -1.0\n");
    CHECK(contains(message, describe_range(find_parameter(applicable, "reg.lambda_w"))));
  }
  SUBCASE("wrong type") {
    CHECK(preset_refusal(kPresetHead + "[model]\nd = \"8\"\n").starts_with("dir/mine.toml:5: model.d = \"8\": "));
    CHECK(preset_refusal(kPresetHead + "[model]\nd = [8]\n").starts_with("dir/mine.toml:5: model.d: "));
    CHECK(
        preset_refusal(kPresetHead + "[model]\nd = 1979-05-27\n").starts_with("dir/mine.toml:5: model.d: "));
    CHECK(preset_refusal(kPresetHead + "[model.d]\nx = 1\n").starts_with("dir/mine.toml:4: model.d: "));
    CHECK(preset_refusal("model = 1\n" + kPresetHead).starts_with("dir/mine.toml:1: model: "));
    CHECK(preset_refusal(kPresetHead + "[reg]\nlambda_w = nan\n")
              .starts_with("dir/mine.toml:5: reg.lambda_w = nan: "));
  }
  SUBCASE("unknown kind") {
    const auto message = preset_refusal(kPresetHead + "[model]\nkind = \"ufmm\"\n");
    CHECK(message.starts_with("dir/mine.toml:5: model.kind = ufmm: "));
    CHECK(contains(message, "kernel_ufm"));
  }
  SUBCASE("a parameter of another kind") {
    const auto message = preset_refusal(kPresetHead + "[model]\nkind = \"ufm\"\nalpha = 1.0\n");
    CHECK(message.starts_with("dir/mine.toml:6: model.alpha: "));
    CHECK(contains(message, "kernel_ufm"));
  }
  SUBCASE("impossible together") {
    const auto message = preset_refusal(kPresetHead + "[task]\nfactors = 5\nvalues = 8\n");
    CHECK(message.starts_with("dir/mine.toml:"));
    CHECK(contains(message, "task."));
  }
  SUBCASE("missing and malformed") {
    CHECK(preset_refusal("title = \"T\"\n").starts_with("dir/mine.toml:1: format: "));
    CHECK(preset_refusal("format = 2\n").starts_with("dir/mine.toml:1: format = 2: is newer than gramscope "));
    CHECK(contains(preset_refusal("format = 1\nsummary = \"S\"\n"), "title: is missing"));
    CHECK(preset_refusal("\n\nformat = = 1\n").starts_with("dir/mine.toml:3: "));
    CHECK(preset_refusal(kPresetHead + "[model]\nd = 8\nd = 9\n").starts_with("dir/mine.toml:6: "));
    CHECK(preset_refusal(std::string("\0\xff\xfe", 3)).starts_with("dir/mine.toml:1: "));
  }
  SUBCASE("the first mistake of several is the one reported") {
    CHECK(preset_refusal(kPresetHead + "[run]\nsteps = 0\n[model]\nd = 0\n")
              .starts_with("dir/mine.toml:5: run.steps"));
  }
}

TEST_CASE("embedded_presets: the flagship leads, and each can be resolved and trained") {
  const auto presets = embedded_presets();
  REQUIRE(presets.size() >= 5);
  CHECK(presets.front().name == kFlagshipPreset);
  for (const auto& preset : presets) {
    CAPTURE(preset.name);
    CHECK(!preset.title.empty());
    CHECK(preset.summary.ends_with("."));
    CHECK(embedded_preset_text(preset.name).starts_with("#"));
    Config config = preset.config;
    config.set("run.max_margin", std::string("never"));  // L_mm has tests of its own, and takes seconds here
    Engine engine(config, preset.name);
    CHECK(engine.advance(3) == Engine::State::ready);
    CHECK(engine.step() == 3);
  }
}

TEST_CASE("embedded_preset_text: an unknown name is told with the nearest") {
  const auto message = message_of<UsageError>([] { embedded_preset_text("colapse"); });
  CHECK(contains(message, "\"colapse\""));
  CHECK(contains(message, "nearest: collapse"));
}
