#include "app/views/metric_rows.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/ui/format.h"
#include "app/ui/theme.h"
#include "core/metrics/metric_list.h"

namespace gramscope::app {
namespace {

struct PrincipalRow {
  const char* key;
  const char* label;
  const char* partner;
  bool is_of_soft_labels = false;  ///< says nothing new of one-hot labels, for which theory is the symmetric state
};

constexpr std::array<PrincipalRow, 15> kPrincipal{{
    {"cka_semantic", "Semantic alignment", ""},
    {"cka_symmetric", "Symmetric alignment", ""},
    {"nc2_equiangular", "Equal angles (nc2)", ""},
    {"nc2_etf_error", "ETF error (nc2)", ""},
    {"nc3_self_duality", "Self-duality (nc3)", ""},
    {"nc1_cdnv", "Within-class (nc1)", ""},
    {"energy_1", "Main-effect energy", ""},
    {"effective_rank", "Effective rank", ""},
    {"accuracy", "Accuracy", ""},
    {"norm_w", "|W| / |H|", "norm_h"},
    {"explained_variance_3", "Variance in 3 axes", ""},
    {"sim_h_mm", "Contexts, as theory", "", true},
    {"pf_error", "Error in F", "", true},
    {"nuclear_ratio", "Nuclear ratio", "", true},
    {"subspace_same", "Same next words", "", true},
}};

bool is_share(std::string_view key) {
  return key == "accuracy" || key == "explained_variance_3" || key.starts_with("energy_");
}

std::string format_metric(const MetricValue& value) {
  if (!value.is_defined()) return "—";
  if (is_share(value.key)) return format_fixed(100.0 * value.value, 1) + "%";
  const double size = std::abs(value.value);
  if (size != 0.0 && size < 0.0005) return format_short(value.value);
  return size < 9.9995 ? format_fixed(value.value, 3) : format_short(value.value);
}

}  // namespace

std::vector<MetricRow> principal_metric_rows(const Metrics& metrics) {
  std::vector<MetricRow> rows;
  const auto* angles = metrics.find("nc2_equiangular");
  const bool has_classes = angles != nullptr && angles->is_defined();
  for (const auto& row : kPrincipal)
    if (metrics.find(row.key) != nullptr && !(row.is_of_soft_labels && has_classes)) rows.push_back({row.key, row.label, row.partner});
  // Where there is not room for all, those that say something stay.
  std::stable_partition(rows.begin(), rows.end(),
                        [&](const MetricRow& row) { return metrics.find(row.key)->is_defined(); });
  return rows;
}

std::vector<MetricRow> all_metric_rows(const Metrics& metrics) {
  std::vector<MetricRow> rows;
  for (const auto& value : metrics.values()) rows.push_back({value.key, metric_label(value), ""});
  return rows;
}

std::string metric_label(const MetricValue& value) { return gramscope::metric_label(value.key); }

std::string metric_row_text(const MetricRow& row, const Snapshot& snapshot) {
  const auto* value = snapshot.metrics.find(row.key);
  if (value == nullptr || !value->is_defined()) return "—";
  if (const auto* partner = row.partner.empty() ? nullptr : snapshot.metrics.find(row.partner))
    return format_short(value->value) + " / " + format_short(partner->value);
  if (row.key == "effective_rank") {
    // Of so many directions that centred embeddings can have at all.
    const Index most = std::min(snapshot.embeddings->h.rows(), snapshot.embeddings->h.cols() - 1);
    return format_fixed(value->value, 1) + " / " + format_count(most);
  }
  return format_metric(*value);
}

ImU32 metric_colour(std::string_view key) {
  if (key == "cka_semantic" || key.starts_with("contrast_")) return palette().semantic;
  if (key == "cka_symmetric") return palette().symmetric;
  return palette().text_muted;
}

}  // namespace gramscope::app
