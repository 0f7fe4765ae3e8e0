#include "app/commands/theory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "app/commands/interrupt.h"
#include "app/commands/preparation.h"
#include "app/commands/spherical_code_report.h"
#include "app/commands/stopwatch.h"
#include "app/commands/theory_report.h"
#include "app/ui/format.h"
#include "core/io/atomic_file.h"
#include "core/registry/error.h"

namespace gramscope::app {

namespace {

namespace fs = std::filesystem;

constexpr double kDefaultGap = 1e-6;
constexpr double kLeastGap = 1e-12;
constexpr double kMostGap = 0.5;
constexpr std::int64_t kDefaultIterations = 20'000;
constexpr std::int64_t kMostIterations = 100'000'000;
/// In all matrices of cosines that are written: 1 GiB.
constexpr Index kMostCosines = Index{1} << 27;

void check_range(const char* option, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return;
  throw UsageError(fmt::format("{} {}: must be a whole number from {} to {}", option, value, least, format_count(most)));
}

void check_supports(const TheoryOptions& options) {
  if (options.file.empty())
    throw UsageError("theory: needs FILE.json, or --points and --dimension (see gramscope theory --help)");
  if (options.gap && !(*options.gap >= kLeastGap && *options.gap <= kMostGap))
    throw UsageError(fmt::format("--gap {}: must be a number from {} to {}", *options.gap, kLeastGap, kMostGap));
  if (options.iterations) check_range("--iterations", *options.iterations, 1, kMostIterations);
}

void check_directions(const TheoryOptions& options) {
  if (!options.file.empty())
    throw UsageError(fmt::format("theory: either a file ({}) or --points and --dimension, not both", options.file));
  if (!options.points || !options.dimension)
    throw UsageError("theory: --points and --dimension go together; give both");
  if (options.gap || options.iterations)
    throw UsageError(fmt::format("theory: {} is for files and does not apply to --points",
                                 options.gap ? "--gap" : "--iterations"));
  check_range("--points", *options.points, 2, kMostCodePoints);
  check_range("--dimension", *options.dimension, 1, kMostCodeDimensions);
}

/// What would make the writing fail is better known before a minute's work than after it.
void check_output(const std::string& out, const std::string& file) {
  if (out.empty()) return;
  std::error_code error;
  if (fs::is_directory(out, error)) throw UsageError(fmt::format("--out {}: is a directory; name a file", out));
  if (fs::equivalent(out, file, error)) throw UsageError(fmt::format("--out {}: is the file that is read", out));
  const AtomicFile can_be_made(out);
}

SupportFile read(const std::string& file) {
  if (file == "-") throw InputError("-: the standard input is not read; name a file");
  return read_support_file(file);
}

/// The work on one of several problems as a part of the work on all.
TaskWork part_of(const TaskWork& work, std::size_t part, std::size_t parts) {
  if (parts == 1) return work;
  TaskWork result = work;
  result.report = [report = work.report, part, parts](double share, std::string_view what) {
    report((static_cast<double>(part) + share) / static_cast<double>(parts),
           fmt::format("Case {} of {}: {}", part + 1, parts, what));
  };
  return result;
}

TheoryReport solve(std::string name, SupportProblem problem, const MaxMarginOptions& options, const TaskWork& work) {
  const Stopwatch stopwatch;
  auto solution = solve_max_margin(problem.supports, options, work);
  const double seconds = stopwatch.seconds();
  return make_theory_report(std::move(name), std::move(problem), std::move(solution), seconds);
}

void warn_if_unproved(const TheoryReport& report, double wanted) {
  const double gap = report.solution.relative_gap();
  if (gap <= wanted) return;
  std::cerr << fmt::format(
      "gramscope: warning: {}: not proved to {:g} after {} iterations, but to {:.1e}; give more --iterations or a "
      "wider --gap\n",
      report.name, wanted, format_count(report.solution.iterations), gap);
}

void write_arrays(const std::string& out, const std::vector<TheoryReport>& reports, bool is_list) {
  std::vector<NamedArray> arrays;
  std::vector<std::string> left_out;
  Index cells = kMostCosines;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto names = append_theory_arrays(reports[i], is_list ? fmt::format("_{}", i) : "", cells, arrays);
    left_out.insert(left_out.end(), names.begin(), names.end());
  }
  write_npz(out, arrays);
  if (!left_out.empty())
    std::cerr << fmt::format("gramscope: note: {} is without {}: more than 1 GiB of cosines\n", out,
                             fmt::join(left_out, ", "));
}

/// L_in, L_mm and the predicted geometry of a file's problems.
ExitCode tell_supports(const TheoryOptions& options) {
  check_supports(options);
  auto file = read(options.file);
  check_output(options.out, options.file);

  const InterruptGuard guard;
  Progress progress;
  const TaskWork work = task_preparation(progress)();
  const MaxMarginOptions solving{.relative_gap = options.gap.value_or(kDefaultGap),
                                 .most_iterations = static_cast<Index>(options.iterations.value_or(kDefaultIterations))};
  const std::size_t count = file.problems.size();
  std::vector<TheoryReport> reports;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = fs::path(options.file).filename().string();
    if (file.is_list) name += fmt::format(", case {} of {}", i + 1, count);
    reports.push_back(solve(std::move(name), std::move(file.problems[i]), solving, part_of(work, i, count)));
  }
  progress.clear();
  for (const auto& report : reports) warn_if_unproved(report, solving.relative_gap);
  if (!options.out.empty()) write_arrays(options.out, reports, file.is_list);

  if (options.json) {
    auto json = nlohmann::ordered_json::array();
    for (const auto& report : reports) json.push_back(theory_json(report));
    std::cout << (file.is_list ? json : json.front()).dump() << '\n';
    return ExitCode::ok;
  }
  for (const auto& report : reports) std::cout << (&report == &reports.front() ? "" : "\n\n") << theory_text(report);
  return ExitCode::ok;
}

/// How far apart --points directions can be in --dimension dimensions.
ExitCode tell_directions(const TheoryOptions& options) {
  check_directions(options);
  check_output(options.out, {});

  const InterruptGuard guard;
  Progress progress;
  SphericalCodeReport report;
  const Stopwatch stopwatch;
  report.code = find_spherical_code(*options.points, *options.dimension, {}, task_preparation(progress)());
  report.seconds = stopwatch.seconds();
  progress.clear();
  if (!options.out.empty()) write_npz(options.out, spherical_code_arrays(report));
  if (options.json)
    std::cout << spherical_code_json(report).dump() << '\n';
  else
    std::cout << spherical_code_text(report);
  return ExitCode::ok;
}

}  // namespace

void add_theory_options(CLI::App& command, TheoryOptions& options) {
  command
      .add_option("file", options.file,
                  "{\"V\": words, \"support\": [[words that can follow a context], ...], optional \"P\": their "
                  "probabilities, \"pi\": weights of the contexts}, or {\"cases\": [...]}")
      ->option_text("FILE.json");
  command.add_option("--out", options.out,
                     "Writes L_in, L_mm, S_tilde, W_mm, H_mm, their cosines, P and pi for NumPy (_0, _1, ... for cases); "
                     "for --points, directions and cosines")
      ->option_text("FILE.npz");
  command
      .add_option("--gap", options.gap,
                  "The relative duality gap to which L_mm is solved, 1e-6 if not given")
      ->option_text("GAP");
  command.add_option("--iterations", options.iterations, "Ends without that proof after so many, 20000 if not given")
      ->option_text("N");
  command
      .add_option("--points", options.points,
                  "Instead of a file: how far apart so many directions can be, a bound and the best arrangement found")
      ->option_text("K");
  command.add_option("--dimension", options.dimension, "The dimensions that --points are in")->option_text("D");
  command.add_flag("--json", options.json,
                   "Prints one JSON object, an array of them for cases; duality_gap is relative to nuclear_norm");
}

ExitCode theory_command(const TheoryOptions& options) {
  return options.points || options.dimension ? tell_directions(options) : tell_supports(options);
}

}  // namespace gramscope::app
