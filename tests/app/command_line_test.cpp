// Command lines as text, read back by a shell and by the program's own parser.
#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/commands/experiment.h"
#include "core/io/config_text.h"
#include "core/io/preset.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "tests/random_hand.h"

using namespace gramscope;
using namespace gramscope::app;
using gramscope::test::RandomHand;

namespace {

/// The words of each line, as /bin/sh has them.
std::vector<std::vector<std::string>> words_of(const std::vector<std::string>& lines) {
  const auto script = std::filesystem::temp_directory_path() /
                      ("gramscope_lines_" + std::to_string(reinterpret_cast<std::uintptr_t>(&lines)) + ".sh");
  {
    std::ofstream file(script);
    file << "gramscope() { printf '%s\\037' \"$@\"; printf '\\036'; }\n";
    for (const auto& line : lines) file << line << '\n';
  }
  std::string output;
  {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(("sh " + script.string()).c_str(), "r"), pclose);
    REQUIRE(pipe != nullptr);
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) output += static_cast<char>(c);
  }
  std::filesystem::remove(script);
  std::vector<std::vector<std::string>> words(1);
  std::string word;
  for (const char c : output) {
    if (c == '\037')
      words.back().push_back(std::exchange(word, {}));
    else if (c == '\036')
      words.emplace_back();
    else
      word += c;
  }
  words.pop_back();
  return words;
}

/// The config that the program runs when it is given these words.
Config config_of(std::vector<std::string> words) {
  REQUIRE(words.front() == "run");
  CLI::App program;
  ExperimentOptions options;
  add_experiment_options(*program.add_subcommand("run"), options, true);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  program.parse(words);
  const auto experiment = choose_experiment(options);
  return experiment.session.preset.config;
}

struct Trial {
  std::string preset;
  Config config;
};

}  // namespace

TEST_CASE("command_line_of: what a shell and the program read is the config it was made of, over random changes") {
  RandomHand hand(3);
  std::vector<Trial> trials;
  std::vector<std::string> lines;
  const std::vector<std::string> paths{"/data/a text.txt", "/it's/\"here\".txt", "$HOME/*.txt", "a;b|c&d.txt", "größe.txt"};
  const auto presets = embedded_presets();
  for (const auto& preset : presets) {
    // From another preset too, and from a name that nothing has.
    Config config = resolve(preset.config);
    for (int i = 0; i < 20; ++i) {
      const auto parameters = applicable_parameters(config);
      const Parameter& parameter = hand.choose(parameters);
      try {
        config = with_change(config, parameter.key, hand.value_of(parameter), nullptr);
        if (config.contains("task.path") && hand.below(2) == 0)
          config = with_change(config, "task.path", paths[hand.below(paths.size())], nullptr);
      } catch (const UsageError&) {
        continue;  // these values do not go together
      }
      const std::string other = hand.below(2) == 0 ? "mine" : presets[hand.below(presets.size())].name;
      const std::string from = hand.below(3) > 0 ? preset.name : other;
      trials.push_back({from, config});
      lines.push_back(command_line_of(from, config));
    }
  }
  const auto words = words_of(lines);
  REQUIRE(words.size() == trials.size());
  CHECK(trials.size() > 300);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    CAPTURE(lines[i]);
    REQUIRE(config_of(words[i]) == trials[i].config);
  }
}

TEST_CASE("command_line_of: nothing can be left out of it") {
  RandomHand hand(8);
  for (const auto& preset : embedded_presets()) {
    Config config = resolve(preset.config);
    for (int i = 0; i < 4; ++i) {
      const auto parameters = applicable_parameters(config);
      const Parameter& parameter = hand.choose(parameters);
      try {
        config = with_change(config, parameter.key, hand.value_of(parameter), nullptr);
      } catch (const UsageError&) {
      }
    }
    const auto line = command_line_of(preset.name, config);
    CAPTURE(line);
    const auto words = words_of({line}).front();
    // Every option with its value, from the third word on.
    for (std::size_t left_out = 2; left_out + 1 < words.size(); left_out += 2) {
      auto fewer = words;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out),
                  fewer.begin() + static_cast<std::ptrdiff_t>(left_out) + 2);
      Config reached;
      try {
        reached = config_of(fewer);
      } catch (const UsageError&) {
        // Without it the rest cannot be.
      }
      CHECK(reached != config);
    }
  }
}
