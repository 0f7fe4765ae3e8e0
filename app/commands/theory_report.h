#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/io/npz.h"
#include "core/io/support_file.h"
#include "core/theory/max_margin.h"

namespace gramscope::app {

/// What the theory says of one problem of a support file; math.md section 6.
struct TheoryReport {
  std::string name;  ///< "pairs.json, case 2 of 3"
  SupportProblem problem;
  MaxMargin solution;
  MaxMarginFactors factors;
  double seconds = 0.0;  ///< that L_mm took

  double in_support_norm = 0.0;   ///< |L_in|_F
  double margin_violation = 0.0;  ///< by how much L_mm misses a constraint at worst
  VectorD singular_values;        ///< of L_mm, descending, those above 1e-9 of the largest
  VectorD proxy_singular_values;  ///< of S~, likewise, above 1e-7 of the largest
  double sim_contexts = 0.0;      ///< sim(H_mm, S~): 1 where the proxy predicts the geometry of L_mm
  double sim_words = 0.0;         ///< sim(W_mm^T, S~^T)
};

TheoryReport make_theory_report(std::string name, SupportProblem problem, MaxMargin solution, double seconds);

/// {nuclear_norm, duality_gap (relative), iterations, seconds, rank, ...}
nlohmann::ordered_json theory_json(const TheoryReport& report);
/// The same for readers, with what the numbers mean.
std::string theory_text(const TheoryReport& report);

/// Appends L_in, L_mm, S_tilde, W_mm, H_mm, P, pi, singular values and the cosines of columns and rows, each name with
/// `suffix`. Matrices of cosines larger than `cells` are left out; those that are there are taken off it. Returns the
/// names of those left out.
std::vector<std::string> append_theory_arrays(const TheoryReport& report, const std::string& suffix, Index& cells,
                                              std::vector<NamedArray>& arrays);

}  // namespace gramscope::app
