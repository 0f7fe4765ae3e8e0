#include "app/commands/theory_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "app/commands/number_or_null.h"
#include "app/ui/format.h"
#include "core/linalg/arithmetic.h"
#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/theory/in_support.h"
#include "core/theory/similarity.h"

namespace gramscope::app {

namespace {

using Json = nlohmann::ordered_json;

constexpr Index kLeadingValues = 8;

/// By how much the constraints of L_mm are missed at worst: equal logits on the support, 1 above all others.
double worst_violation(const MatrixD& logits, const Supports& supports) {
  double worst = 0.0;
  std::vector<char> is_in_support(static_cast<std::size_t>(supports.words), 0);
  for (Index j = 0; j < logits.cols(); ++j) {
    const auto& support = supports.of(j);
    double lowest = logits(support.front(), j);
    double highest = lowest;
    for (const Index z : support) {
      lowest = std::min(lowest, logits(z, j));
      highest = std::max(highest, logits(z, j));
      is_in_support[static_cast<std::size_t>(z)] = 1;
    }
    worst = std::max(worst, highest - lowest);
    for (Index z = 0; z < logits.rows(); ++z)
      if (!is_in_support[static_cast<std::size_t>(z)]) worst = std::max(worst, logits(z, j) + 1.0 - lowest);
    for (const Index z : support) is_in_support[static_cast<std::size_t>(z)] = 0;
  }
  return worst;
}

/// Singular values of S~, from one column for each distinct support of its number's root in weight.
VectorD proxy_singular_values(const Supports& supports) {
  Supports apart;
  apart.words = supports.words;
  apart.distinct = supports.distinct;
  for (std::size_t a = 0; a < apart.distinct.size(); ++a) apart.of_context.push_back(static_cast<Index>(a));
  MatrixD weighted = support_proxy(apart);
  for (Index a = 0; a < weighted.cols(); ++a)
    weighted.col(a) *= std::sqrt(static_cast<double>(supports.multiplicity[static_cast<std::size_t>(a)]));
  const VectorD values = squared_singular_values(weighted).cwiseMax(0.0).cwiseSqrt();
  Index rank = 0;
  while (rank < values.size() && values(rank) > 1e-7 * values(0)) ++rank;
  return values.head(rank);
}

double effective_rank_of(const VectorD& singular_values) { return effective_rank(singular_values.array().square()); }

Json list_of(const VectorD& values) { return std::vector<double>(values.begin(), values.end()); }

std::string similarity_text(double value) { return std::isfinite(value) ? fmt::format("{:.4f}", value) : "not defined"; }

std::string counted(Index count, const char* one, const char* many) {
  return format_count(count) + " " + (count == 1 ? one : many);
}

std::string line(const char* label, const std::string& value, const std::string& remark) {
  const std::string text = fmt::format("  {:<16}{:<13}{}", label, value, remark);
  return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
}

std::string leading_values_text(const TheoryReport& report) {
  const Index count =
      std::min(kLeadingValues, std::max(report.singular_values.size(), report.proxy_singular_values.size()));
  std::string text = fmt::format("{:<18}", "Singular values");
  for (Index i = 0; i < count; ++i) text += fmt::format("{:>10}", i + 1);
  const auto row = [&](const char* label, const VectorD& values) {
    text += fmt::format("\n  {:<16}", label);
    for (Index i = 0; i < std::min(count, values.size()); ++i) text += fmt::format("{:>10.4f}", values(i));
  };
  row("L_mm", report.singular_values);
  row("S~", report.proxy_singular_values);
  return text + '\n';
}

MatrixD dense(const SparseColumns& columns, Index words) {
  MatrixD result = MatrixD::Zero(words, columns.columns());
  for (Index j = 0; j < columns.columns(); ++j)
    for (Index i = columns.begin[static_cast<std::size_t>(j)]; i < columns.begin[static_cast<std::size_t>(j) + 1]; ++i)
      result(columns.word[static_cast<std::size_t>(i)], j) = columns.probability[static_cast<std::size_t>(i)];
  return result;
}

}  // namespace

TheoryReport make_theory_report(std::string name, SupportProblem problem, MaxMargin solution, double seconds) {
  const ComputeScope scope;
  TheoryReport report;
  report.name = std::move(name);
  report.problem = std::move(problem);
  report.solution = std::move(solution);
  report.seconds = seconds;
  const Supports& supports = report.problem.supports;
  report.factors = max_margin_factors(report.solution.logits);
  report.in_support_norm = in_support_norm(report.problem.targets);
  report.margin_violation = worst_violation(report.solution.logits, supports);
  report.singular_values = report.factors.w.colwise().squaredNorm();  // W_mm = U Sigma^(1/2)
  report.proxy_singular_values = proxy_singular_values(supports);
  const MatrixD proxy = support_proxy(supports);
  report.sim_contexts = geometry_similarity(report.factors.h, proxy);
  report.sim_words = geometry_similarity(report.factors.w.transpose(), proxy.transpose());
  return report;
}

Json theory_json(const TheoryReport& report) {
  const auto& solution = report.solution;
  const Supports& supports = report.problem.supports;
  return {{"nuclear_norm", solution.nuclear_norm},
          {"duality_gap", solution.relative_gap()},
          {"iterations", solution.iterations},
          {"seconds", report.seconds},
          {"rank", solution.rank},
          {"words", supports.words},
          {"contexts", supports.contexts()},
          {"supports", supports.distinct.size()},
          {"entropy_floor", report.problem.entropy_floor()},
          {"lower_bound", solution.lower_bound},
          {"margin_violation", report.margin_violation},
          {"in_support_norm", report.in_support_norm},
          {"effective_rank", number_or_null(effective_rank_of(report.singular_values))},
          {"effective_rank_proxy", number_or_null(effective_rank_of(report.proxy_singular_values))},
          {"sim_contexts", number_or_null(report.sim_contexts)},
          {"sim_words", number_or_null(report.sim_words)},
          {"singular_values", list_of(report.singular_values)},
          {"singular_values_proxy", list_of(report.proxy_singular_values)}};
}

std::string theory_text(const TheoryReport& report) {
  const auto& solution = report.solution;
  const Supports& supports = report.problem.supports;
  std::string text = fmt::format("{}\n{}, {} with {}, entropy floor {:.6g} nats\n\n", report.name,
                                 counted(supports.words, "word", "words"),
                                 counted(supports.contexts(), "context", "contexts"),
                                 counted(static_cast<Index>(supports.distinct.size()), "support", "different supports"),
                                 report.problem.entropy_floor());
  text += "L_in: the finite part of the logits, which the probabilities fix within the supports\n";
  text += line("norm", fmt::format("{:.6g}", report.in_support_norm),
               report.in_support_norm > 0.0 ? "" : "the next words of each context are equally likely");
  text += "\nL_mm: the direction in which the logits grow as the ridge vanishes\n";
  text += line("nuclear norm", fmt::format("{:.6f}", solution.nuclear_norm),
               "the least with which what can follow stands 1 above what cannot");
  text += line("proved to", fmt::format("{:.1e}", solution.relative_gap()),
               fmt::format("of it: none has a norm under {:.6f}", solution.lower_bound));
  text += line("constraints", report.margin_violation > 0.0 ? fmt::format("{:.1e}", report.margin_violation) : "0",
               "the largest violation");
  text += line("rank", format_count(solution.rank),
               fmt::format("effectively {:.2f}", effective_rank_of(report.singular_values)));
  text += line("solved in", fmt::format("{:.2f} s", report.seconds),
               counted(solution.iterations, "iteration", "iterations"));
  text += "\nS~: the proxy of L_mm, the supports with the column means removed\n";
  text += line("rank", format_count(report.proxy_singular_values.size()),
               fmt::format("effectively {:.2f}", effective_rank_of(report.proxy_singular_values)));
  text += "\nPredicted geometry, S~ against L_mm: 1 where they agree\n";
  text += line("contexts", similarity_text(report.sim_contexts), "sim(S~, H_mm)");
  text += line("words", similarity_text(report.sim_words), "sim(S~^T, W_mm^T)");
  return text + "\n" + leading_values_text(report);
}

std::vector<std::string> append_theory_arrays(const TheoryReport& report, const std::string& suffix, Index& cells,
                                              std::vector<NamedArray>& arrays) {
  const ComputeScope scope;
  const Supports& supports = report.problem.supports;
  const auto add = [&](const char* name, Array array) { arrays.push_back({name + suffix, std::move(array)}); };
  std::vector<std::string> left_out;
  const auto add_cosines = [&](const char* name, const auto& columns) {
    const Index n = columns.cols();
    if (n > cells / n) {
      left_out.push_back(name + suffix);
      return;
    }
    cells -= n * n;
    add(name, matrix_array(cosine_gram(columns)));
  };
  const MatrixD proxy = support_proxy(supports);
  add("P", matrix_array(dense(report.problem.targets, supports.words)));
  add("pi", real_array({report.problem.weight.begin(), report.problem.weight.end()}));
  add("L_in", matrix_array(in_support_logits(report.problem.targets, supports.words)));
  add("L_mm", matrix_array(report.solution.logits));
  add("S_tilde", matrix_array(proxy));
  add("W_mm", matrix_array(report.factors.w));
  add("H_mm", matrix_array(report.factors.h));
  add("singular_values_mm", real_array({report.singular_values.begin(), report.singular_values.end()}));
  add("singular_values_proxy", real_array({report.proxy_singular_values.begin(), report.proxy_singular_values.end()}));
  add_cosines("corr_H_mm", report.factors.h);
  add_cosines("corr_W_mm", MatrixD(report.factors.w.transpose()));
  add_cosines("corr_S_tilde", proxy);
  add_cosines("corr_S_tilde_T", MatrixD(proxy.transpose()));
  return left_out;
}

}  // namespace gramscope::app
