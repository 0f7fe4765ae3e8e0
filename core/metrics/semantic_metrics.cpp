#include <algorithm>

#include "core/linalg/spectrum.h"
#include "core/linalg/tridiagonal.h"
#include "core/metrics/alignment.h"
#include "core/metrics/interaction_energy.h"
#include "core/metrics/moment.h"
#include "core/metrics/value_contrast.h"

namespace gramscope {

namespace {

constexpr const char* kNoFactors = "the task has no latent factors";

/// The first reason that is one.
std::string first_of(std::initializer_list<std::string> reasons) {
  for (const auto& reason : reasons)
    if (!reason.empty()) return reason;
  return {};
}

std::string recorded_only(const Moment& moment, double work) {
  return moment.allows(work) ? std::string() : Moment::kRecordedOnly;
}

/// The reason of the first factor of which the points have no value.
std::string no_values(const Moment& moment) {
  for (const auto& factor : moment.factors())
    if (!factor.is_defined()) return factor.undefined;
  return {};
}

double between_work(const Moment& moment) { return small_gram_work(moment.means().m.rows(), moment.means().classes()); }

}  // namespace

void add_spectrum(Metrics& metrics, Moment& moment) {
  const auto& h = moment.embeddings().h;
  const double work = small_gram_work(h.rows(), h.cols()) + eigenvalues_work(std::min(h.rows(), h.cols()));
  const std::string reason = first_of({moment.no_spread(), recorded_only(moment, work)});
  if (!reason.empty()) {
    for (const char* key : {"explained_variance_3", "effective_rank", "participation_ratio"})
      metrics.add_undefined(key, reason);
    return;
  }
  const VectorD& squared = moment.spectrum();
  const std::string equal = "all context embeddings are equal";
  add(metrics, "explained_variance_3", explained_variance(squared, 3), equal);
  add(metrics, "effective_rank", effective_rank(squared), equal);
  add(metrics, "participation_ratio", participation_ratio(squared), equal);
}

void add_alignment(Metrics& metrics, Moment& moment) {
  const auto& factors = moment.factors();
  const std::string reason = first_of({moment.no_points(), recorded_only(moment, between_work(moment))});
  const std::string no_kernel = factors.empty()       ? kNoFactors
                                : factors.size() == 1 ? "with one factor the labels already say all that it says"
                                                      : first_of({no_values(moment), reason});
  if (!no_kernel.empty())
    metrics.add_undefined("cka_semantic", no_kernel);
  else
    add(metrics, "cka_semantic", cka_with_factors(moment.means().m, factors, moment.between().norm(), moment.done()),
        std::string("all ") + moment.points_name() + " share all values");
  if (!reason.empty())
    metrics.add_undefined("cka_symmetric", reason);
  else
    add(metrics, "cka_symmetric", cka_with_identity_of_small_gram(moment.between(), moment.means().classes()),
        moment.no_direction());
}

void add_factor_metrics(Metrics& metrics, Moment& moment) {
  const auto& factors = moment.factors();
  if (factors.empty()) return;
  const auto& m = moment.means().m;
  const std::string no_contrasts =
      first_of({moment.no_points(), recorded_only(moment, value_contrasts_work(m.rows(), factors))});
  const std::string no_pairs =
      first_of({moment.no_points(), recorded_only(moment, pair_statistics_work(m.rows(), m.cols()))});
  std::vector<ValueContrast> contrasts(factors.size());
  if (no_contrasts.empty()) contrasts = value_contrasts(m, factors, moment.done());
  const auto add_each = [&](const std::string& prefix, const std::string& reason, auto value_of) {
    for (std::size_t f = 0; f < factors.size(); ++f) {
      const std::string why = first_of({factors[f].undefined, factors[f].no_pairs(moment.points_name()), reason});
      if (why.empty())
        add(metrics, prefix + factors[f].name, value_of(f), moment.no_direction());
      else
        metrics.add_undefined(prefix + factors[f].name, why);
    }
  };
  add_each("contrast_", no_contrasts, [&](std::size_t f) { return contrasts[f].contrast; });
  add_each("purity_", no_pairs, [&](std::size_t f) { return moment.pairs().purity[f]; });
  add_each("silhouette_", no_contrasts, [&](std::size_t f) { return contrasts[f].silhouette; });
}

void add_energies(Metrics& metrics, Moment& moment) {
  const auto& factors = moment.factors();
  const auto& m = moment.means().m;
  std::string reason =
      first_of({factors.empty() ? kNoFactors : "", no_values(moment), moment.no_points(),
                recorded_only(moment, interaction_energies_work(m.rows(), m.cols(), factors.size()))});
  InteractionEnergies energies;
  if (reason.empty()) {
    energies = interaction_energies(m, factors, moment.done());
    reason = energies.undefined;
  }
  if (!reason.empty()) {
    metrics.add_undefined("energy_1", reason);
    return;
  }
  for (std::size_t order = 1; order <= energies.share.size(); ++order)
    add(metrics, "energy_" + std::to_string(order), energies.share[order - 1], moment.no_direction());
}

}  // namespace gramscope
