#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/catalogue.h"
#include "app/commands/describe.h"
#include "app/commands/exit_code.h"
#include "app/commands/gui.h"
#include "app/commands/list.h"
#include "app/commands/metrics.h"
#include "app/commands/recording_source.h"
#include "app/commands/run.h"
#include "app/commands/shot.h"
#include "app/commands/theory.h"
#include "app/commands/view.h"
#include "app/gl/offscreen.h"
#include "core/io/preset.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {
namespace {

constexpr std::array<std::string_view, 8> kCommands{"gui",    "run",  "view",     "metrics",
                                                     "theory", "list", "describe", "shot"};

/// The window is what the program is, so its command may be left out: `gramscope`, `gramscope collapse`,
/// `gramscope --steps 100`; on snapshots it is `view`.
std::vector<std::string> with_command(std::vector<std::string> arguments) {
  constexpr std::array<std::string_view, 3> kOfTheProgram{"--help", "-h", "--version"};
  const auto is_in = [](const auto& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!arguments.empty() && (is_in(kCommands, arguments[0]) || is_in(kOfTheProgram, arguments[0])))
    return arguments;
  if (!arguments.empty() && names_snapshots(arguments[0])) {
    arguments.insert(arguments.begin(), "view");
    return arguments;
  }
  if (!arguments.empty() && !arguments[0].starts_with("-") && !names_a_file(arguments[0])) {
    std::vector<std::string> names(kCommands.begin(), kCommands.end());
    for (const auto& preset : catalogue_items("presets")) names.push_back(preset.key);
    if (!is_in(names, arguments[0]))
      throw UsageError(fmt::format("\"{}\" is neither a command nor a preset; nearest: {}", arguments[0],
                                   fmt::join(nearest_names(arguments[0], names), ", ")));
  }
  arguments.insert(arguments.begin(), "gui");
  return arguments;
}

std::string program_help() {
  std::string text = "\nPresets:\n";
  for (const auto& item : catalogue_items("presets"))
    text += fmt::format("  {:<14} {}\n", item.key, item.summary);
  text += "\nModels:\n";
  for (const auto& item : catalogue_items("models"))
    text += fmt::format("  {:<14} {}\n", item.key, item.summary);
  text +=
      "\nExit codes: 0 ok, 1 failure, 2 usage, 3 diverged, 4 no display or OpenGL 3.3, 5 bad or missing "
      "input file,\n"
      "130 interrupted.\n";
  return text;
}

/// What the command line got wrong, with the option that may have been meant.
std::string explain(const CLI::App& program, const CLI::ParseError& error) {
  std::string text = error.what();
  const auto chosen = program.get_subcommands();
  const CLI::App& command = chosen.empty() ? program : *chosen.front();
  for (const auto& extra : command.remaining()) {
    if (!extra.starts_with("-")) continue;
    std::vector<std::string> names;
    for (const auto* option : command.get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    text += fmt::format("; nearest to {}: {}", extra, fmt::join(nearest_names(extra, names), ", "));
    break;
  }
  return text + fmt::format(" (see gramscope {}--help)", chosen.empty() ? "" : command.get_name() + " ");
}

ExitCode dispatch(std::vector<std::string> arguments) {
  CLI::App program("Watch the geometry of representations form and collapse while a model trains.",
                   "gramscope");
  program.set_version_flag("--version", "gramscope " + std::string(version()));
  program.require_subcommand(1);
  program.footer(program_help);

  GuiOptions gui;
  RunOptions run;
  MetricsOptions metrics;
  TheoryOptions theory;
  ListOptions list;
  DescribeOptions describe;
  ShotOptions shot;
  ViewOptions view;
  add_gui_options(*program.add_subcommand("gui", "Opens the window (the default)"), gui);
  add_run_options(*program.add_subcommand("run", "Trains without a window and reports"), run);
  add_metrics_options(*program.add_subcommand("metrics", "Measures embeddings out of a file, or a directory of snapshots"),
                      metrics);
  add_view_options(*program.add_subcommand("view", "Opens the window on snapshots that another program has written"), view);
  add_theory_options(*program.add_subcommand("theory", "Tells where representations must go, from what follows what"),
                     theory);
  add_list_options(*program.add_subcommand("list", "Lists what there is"), list);
  add_describe_options(*program.add_subcommand("describe", "Tells all about one name"), describe);
  add_shot_options(*program.add_subcommand("shot", "Trains, or opens snapshots, then draws the window or one view into a PNG"),
                   shot);

  arguments = with_command(std::move(arguments));
  std::reverse(arguments.begin(), arguments.end());  // the order CLI11 takes them in
  try {
    program.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      program.exit(error);  // --help and --version print on stdout
      return ExitCode::ok;
    }
    throw UsageError(explain(program, error));
  }
  const auto name = program.get_subcommands().front()->get_name();
  if (name == "run") return run_command(run);
  if (name == "metrics") return metrics_command(metrics);
  if (name == "view") return view_command(view);
  if (name == "theory") return theory_command(theory);
  if (name == "list") return list_command(list);
  if (name == "describe") return describe_command(describe);
  if (name == "shot") return shot_command(shot);
  return gui_command(gui);
}

/// Everything that goes wrong ends here, as one line on stderr and an exit code.
ExitCode guarded(const std::vector<std::string>& arguments) {
  const auto report = [](const std::exception& error, ExitCode code) {
    std::cout.flush();
    std::cerr << "gramscope: " << error.what() << '\n';
    return code;
  };
  try {
    const auto code = dispatch(arguments);
    std::cout.flush();
    if (!std::cout) throw RuntimeError("could not write to the standard output");
    return code;
  } catch (const UsageError& error) {
    return report(error, ExitCode::usage);
  } catch (const InputError& error) {
    return report(error, ExitCode::bad_input);
  } catch (const DisplayError& error) {
    return report(error, ExitCode::no_display);
  } catch (const Cancelled& error) {
    return report(error, ExitCode::interrupted);
  } catch (const std::exception& error) {
    return report(error, ExitCode::failure);
  }
}

}  // namespace
}  // namespace gramscope::app

int main(int count, char** values) {
  return static_cast<int>(gramscope::app::guarded({values + 1, values + count}));
}
