#include "app/commands/run.h"

#include <fmt/format.h>

#include <iostream>
#include <set>

#include "app/commands/interrupt.h"
#include "app/commands/replay_run.h"
#include "core/io/byte_stream.h"
#include "core/registry/error.h"

namespace gramscope::app {

namespace {

using Json = nlohmann::ordered_json;

ExitCode exit_code(const RunReport& report) {
  if (!report.is_complete) return ExitCode::interrupted;
  switch (report.status) {
    case RunStatus::diverged:
      return ExitCode::diverged;
    case RunStatus::interrupted:
      return ExitCode::interrupted;
    case RunStatus::done:
    case RunStatus::stopped:
      return ExitCode::ok;
  }
  return ExitCode::failure;
}

std::string help_on_sessions() {
  return "\nA session is repeated with its commands, and after the trunk each of its branches. Values given here are those "
         "that it\nbegins with: the trunk and every branch have them until a command sets them. With --steps no run ends "
         "where the session\nended, but at N steps, or where a command has set run.steps.\n" +
         parameter_help();
}

void require_run(std::int64_t run, const ExperimentOptions& options, const Session& session) {
  const auto last = static_cast<std::int64_t>(session.branches.size());
  if (run >= 0 && run <= last) return;
  throw UsageError(last == 0 ? fmt::format("--branch {}: must be 0, the trunk: {} has no branches", run, options.preset)
                             : fmt::format("--branch {}: must be from 0 to {}; 0 is the trunk", run, last));
}

/// The n-th run of the experiment's session, alone.
RunPlan plan_of(const RunOptions& options, const Session& session, std::size_t run) {
  RunPlan plan{flat_session(session, run), {}, options.out, options.layers};
  if (!options.experiment.steps.empty()) plan.session.ticks.reset();
  return plan;
}

ExitCode run_one(const RunPlan& plan, bool json) {
  std::set<std::string> told;
  const auto report = replay_run(plan, told);
  if (json)
    std::cout << report_json(report).dump() << '\n';
  else
    std::cout << report_text(report);
  return exit_code(report);
}

/// "Branch 2, from branch 1 at tick 40: slower"
std::string heading(const Session& session, std::size_t run) {
  if (run == 0) return "The trunk\n";
  const auto& branch = session.branches[run - 1];
  return fmt::format("\nBranch {}, from {} at tick {}{}\n", run, run_name(branch.parent), branch.tick,
                     branch.title.empty() ? "" : ": " + shown_text(branch.title));
}

/// The report on a branch as part of the trunk's.
Json branch_json(const RunReport& report, const SessionBranch& branch) {
  Json json = report_json(report);
  json["parent"] = branch.parent;
  json["tick"] = branch.tick;
  return json;
}

/// The trunk, then every branch. Ctrl+C ends the run that it meets and leaves out those behind it.
ExitCode run_tree(const RunOptions& options, const Session& session) {
  std::set<std::string> told;
  Json json;
  ExitCode code = ExitCode::ok;
  const auto replay = [&](std::size_t run) {
    auto plan = plan_of(options, session, run);
    plan.name = run_name(run);
    if (run > 0 && !plan.out.empty()) plan.out = plan.out / "branches" / std::to_string(run);
    const auto report = replay_run(plan, told);
    if (const auto own = exit_code(report); own != ExitCode::ok) code = own;
    if (!options.json) std::cout << heading(session, run) << report_text(report) << std::flush;
    if (options.json && run == 0) json = report_json(report);
    if (options.json && run > 0) json["branches"].push_back(branch_json(report, session.branches[run - 1]));
  };
  replay(0);
  json["branches"] = Json::array();
  try {
    for (std::size_t run = 1; run <= session.branches.size() && code != ExitCode::interrupted; ++run) replay(run);
  } catch (const Cancelled& interruption) {
    // Before its first step: what is told of the others is none the less true.
    std::cerr << "gramscope: " << interruption.what() << '\n';
    code = ExitCode::interrupted;
  }
  if (options.json) std::cout << json.dump() << '\n';
  return code;
}

}  // namespace

void add_run_options(CLI::App& command, RunOptions& options) {
  add_experiment_options(command, options.experiment, true);
  command
      .add_option(
          "--out", options.out,
          "Writes metrics.csv, snapshots/*.npz, weights.safetensors and session.toml into this directory, in place "
          "of those of a run before; of branches into branches/1, branches/2 and so on there")
      ->option_text("DIR");
  command
      .add_option("--branch", options.branch,
                  "Repeats one run of a session with branches, as if it were the only one: 0 the trunk, 1 the first branch")
      ->option_text("N");
  command.add_flag("--layers", options.layers,
                   "Looks into every layer of a network: hidden states in the snapshots, their geometry in the report");
  command.add_flag("--json", options.json, "Prints the report as one JSON object");
  command.footer(help_on_sessions);
}

ExitCode run_command(const RunOptions& options) {
  const auto experiment = choose_experiment(options.experiment);
  const auto& session = experiment.session;
  if (options.branch) require_run(*options.branch, options.experiment, session);
  print_notes(experiment);

  const InterruptGuard guard;
  if (!options.branch && !session.branches.empty()) return run_tree(options, session);
  return run_one(plan_of(options, session, static_cast<std::size_t>(options.branch.value_or(0))), options.json);
}

}  // namespace gramscope::app
