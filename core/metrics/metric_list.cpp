#include "core/metrics/metric_list.h"

#include <cstdio>
#include <vector>

#include "core/theory/spherical_code_bound.h"

namespace gramscope {

std::span<const MetricEntry> metric_entries() {
  static const std::vector<MetricEntry> entries{
      {"loss", "Cross-entropy", "CE = −Σ_j π_j Σ_z P_zj log softmax(L)_zj",
       "How surprised the model is by the next word, in nats; with label smoothing P is the smoothed one.", "IG sec. 2", "loss_floor to ∞",
       "→ loss_floor", "no W, no labels, or the logits overflow"},
      {"loss_floor", "Entropy floor", "−Σ_j π_j Σ_z P_zj log P_zj",
       "The surprise that is in the targets themselves: no model's loss can be lower. 0 for one-hot labels without "
       "smoothing.", "IG sec. 2",
       "0 to log V", "unchanged", "no labels"},
      {"loss_excess", "Loss − floor", "CE − floor", "The part of the loss that training can still remove.", "IG sec. 2",
       "0 to ∞", "→ 0, or a small value that the ridge sets", "no W, no labels, or the logits overflow"},
      {"objective", "Objective", "CE + ½λ_W|W|² + ½λ_H|H|² (networks: no ridge) + γ(1 − CKA)",
       "What gradient descent lowers.", "IG Def. 1", "0 to ∞", "its minimum", "no W, no labels, or the logits overflow"},
      {"accuracy", "Accuracy", "Σ_j π_j [argmax_z L_zj ∈ S_j]",
       "Weighted share of contexts whose most likely word can indeed follow them.", "own", "0 to 1", "1", "no W, or no labels"},
      {"norm_w", "|W|", "|W|_F", "Size of all word embeddings together.", "IG Fig. 6", "0 to ∞",
       "equal to |H| for the UFM with λ_W = λ_H", "no W, or it overflows"},
      {"norm_h", "|H|", "|H|_F", "Size of all context embeddings together.", "IG Fig. 6", "0 to ∞",
       "equal to |W| for the UFM with λ_W = λ_H", "H overflows"},
      {"explained_variance_3", "Variance in 3 axes", "(s₁² + s₂² + s₃²) / Σ s²",
       "Share of the centred embeddings' variance that the 3-D picture shows.", "PCA", "0 to 1", "3/(K−1)",
       "all context embeddings are equal"},
      {"effective_rank", "Effective rank", "exp(−Σ p log p), p = s²/Σ s²",
       "How many directions the centred embeddings really use.", "Roy & Vetterli 2007", "1 to min(d, m − 1)", "K − 1",
       "all context embeddings are equal"},
      {"participation_ratio", "Participation ratio", "(Σ s²)² / Σ s⁴",
       "How many directions carry the variance; strong ones count more than in the effective rank.", "own",
       "1 to min(d, m − 1)", "K − 1", "all context embeddings are equal"},
      {"cka_semantic", "Semantic alignment", "⟨CGC, CKC⟩ / (|CGC| |CKC|), K = shared factor values",
       "How far the Gram matrix is the one the latent factors alone would give.", "SBC (arXiv 2606.26749)", "0 to 1",
       "√(share of main-effect dimensions); 0.48 for 3×3×3",
       "fewer than two factors, none varies, contexts of one label differ in one, or all context embeddings are equal"},
      {"cka_symmetric", "Symmetric alignment", "tr(CGC) / (|CGC| √(n−1))",
       "How nearly all contexts are equally far apart; at most √(d/(K−1)) when d < K − 1.", "SBC (arXiv 2606.26749)",
       "0 to 1", "1; at most √(d/(K−1)) where K > d + 1", "all context embeddings are equal"},
      {"contrast_", "Contrast", "mean cos over pairs that share the value − mean cos over the others",
       "How much closer two contexts are for sharing this attribute.", "own", "−2 to 2", "0",
       "no two points share a value or all do, contexts of one label differ in it, or an embedding has no direction", true,
       "factor"},
      {"purity_", "Purity", "share of points whose nearest neighbour, by centred cosine, has the same value",
       "How often the nearest other context has the same value of this attribute; neighbours that tie within 1e-9 count in "
       "equal parts.",
       "own", "0 to 1", "(n_v − 1)/(n − 1) averaged over points: all tie",
       "no two points share a value or all do, contexts of one label differ in it, or an embedding has no direction", true,
       "factor"},
      {"silhouette_", "Silhouette", "mean of (b − a) / max(a, b), distance 1 − cos: a to the point's own value, b to the nearest other",
       "How well the values of this attribute stand apart as groups; points alone in their value count 0.",
       "Rousseeuw 1987", "−1 to 1", "0",
       "no two points share a value or all do, contexts of one label differ in it, or an embedding has no direction", true,
       "factor"},
      {"energy_", "Interaction energy", "|components of order o|² / tr(CGC), orthogonal ANOVA over the crossed factors",
       "Share of the variance that lies in what single factors do (1), in what pairs of them do together (2), and so on.",
       "Fisher 1925; SBC (arXiv 2606.26749)", "0 to 1",
       "its share of dimensions, Σ over sets of o factors of Π (v − 1), over n − 1; 0.23 for order 1 of 3×3×3",
       "no factors, not every combination of values has equally many points, or all points are equal", true, "number"},
      {"nc1_pinv", "Within classes", "tr(Σ_W Σ_B⁺)/K",
       "Spread of the contexts of one label, measured in the directions in which labels differ.",
       "Papyan et al. 2020; Zhu et al. 2021", "0 to ∞", "0",
       "fewer than two classes, one context per label, or all class means are equal"},
      {"nc1_quotient", "Within / between", "tr Σ_W / tr Σ_B",
       "Variance of the contexts within a label over the variance between labels.", "Tirer et al. 2023", "0 to ∞", "0",
       "fewer than two classes, one context per label, or all class means are equal"},
      {"nc1_cdnv", "Variance per distance", "mean of (v_c + v_c′) / (2|μ_c − μ_c′|²) over c < c′",
       "Variance within two labels over the squared distance of their means, averaged over pairs of labels.",
       "Galanti et al. 2022; LC (arXiv 2405.17767)", "0 to ∞", "0",
       "fewer than two classes, one context per label, or two class means are equal"},
      {"nc2_equinorm", "Equal norms", "std(|m_c|) / mean(|m_c|)",
       "Spread of the lengths of the centred class means.", "Papyan et al. 2020", "0 to ∞", "0",
       "fewer than two classes, or a class mean equals the global mean"},
      {"nc2_equinorm_w", "Equal norms W", "std(|w_c|) / mean(|w_c|)", "Spread of the lengths of the word embeddings.",
       "Papyan et al. 2020", "0 to ∞", "0", "no W, fewer than two classes, or a word embedding is zero"},
      {"nc2_equiangular", "Equal angles", "std of cos(m_c, m_c′) over c ≠ c′",
       "Spread of the angles between class means: below 0.05, with accuracy 1, the run counts as collapsed.",
       "Papyan et al. 2020", "0 to 1", "0; more where K > d + 1: no simplex fits", "fewer than two classes, or a class mean equals the global mean"},
      {"nc2_equiangular_w", "Equal angles W", "std of cos(w_c, w_c′) over c ≠ c′",
       "Spread of the angles between word embeddings.", "Papyan et al. 2020", "0 to 1", "0; more where K > d + 1: no simplex fits",
       "no W, fewer than two classes, or a word embedding is zero"},
      {"nc2_max_angle", "Maximal angle", "mean of |cos(m_c, m_c′) + 1/(K−1)| over c ≠ c′",
       "Distance of the class means' angles from the widest that K directions allow.", "Papyan et al. 2020", "0 to 2",
       "0; more where K > d + 1: no simplex fits", "fewer than two classes, or a class mean equals the global mean"},
      {"nc2_max_angle_w", "Maximal angle W", "mean of |cos(w_c, w_c′) + 1/(K−1)| over c ≠ c′",
       "Distance of the word embeddings' angles from the widest possible.", "Papyan et al. 2020", "0 to 2", "0; more where K > d + 1: no simplex fits",
       "no W, fewer than two classes, or a word embedding is zero"},
      {"nc2_etf_error", "ETF error", "|MMᵀ/|MMᵀ| − (I − 11ᵀ/K)/√(K−1)|_F",
       "Distance of the class means' Gram matrix from a simplex equiangular tight frame.", "Zhu et al. 2021",
       "0 to 2", "0; more where K > d + 1: no simplex fits", "fewer than two classes, or all class means are equal"},
      {"nc2_etf_error_w", "ETF error W", "|WWᵀ/|WWᵀ| − (I − 11ᵀ/K)/√(K−1)|_F",
       "Distance of the word embeddings' Gram matrix from a simplex equiangular tight frame.", "Zhu et al. 2021",
       "0 to 2", "0; more where K > d + 1: no simplex fits", "no W, fewer than two classes, or all word embeddings are zero"},
      {"gnc2_log", "Spread of directions", "mean of −log |m_c/|m_c| − m_c′/|m_c′|| over c < c′",
       "How evenly the class means' directions fill the sphere: the smaller, the more so. Has a meaning too where a simplex "
       "does not fit.",
       "LC (arXiv 2405.17767)", "−½ ln(2K/(K−1)) to ∞", "−½ ln(2K/(K−1)); more where K > d + 1: no simplex fits",
       "fewer than two classes, a class mean equals the global mean, or two have the same direction"},
      {"nc3_self_duality", "Self-duality", "|W/|W| − M/|M||²",
       "Distance of the word embeddings from the class means, each at length 1 as a whole.", "Papyan et al. 2020", "0 to 4",
       "0", "no W, fewer than two classes, all word embeddings are zero, or all class means are equal"},
      {"nc3_dual_etf", "Dual ETF error", "|WMᵀ/|WMᵀ| − (I − 11ᵀ/K)/√(K−1)|_F",
       "Distance of the words' products with the class means from those of a simplex with itself.", "Zhu et al. 2021",
       "0 to 2", "0; more where K > d + 1: no simplex fits",
       "no W, fewer than two classes, or every word embedding is orthogonal to every class mean"},
      {"gnc3", "Duality of directions", "mean of 1 − cos(w_c, m_c)",
       "How far each word embedding points from its own class mean.", "LC (arXiv 2405.17767)", "0 to 2", "0",
       "no W, fewer than two classes, a word embedding is zero, or a class mean equals the global mean"},
      {"nc4_agreement", "Nearest class mean", "share of contexts where argmax_z (W h + b)_z has the nearest class mean",
       "How often the model decides as if it only looked for the nearest class mean.", "Papyan et al. 2020", "0 to 1", "1",
       "no W, fewer than two classes, one context per label, or the logits overflow"},
      {"pf_error", "In-support error", "|P_F(L) − L_in| / |L_in|",
       "How far the logits still are from the log-ratios of the words that can follow; in nats, not divided, where these "
       "are equally likely.",
       "IG Fig. 6 (arXiv 2408.15417)", "0 to ∞", "→ 0 as the ridge vanishes", "no W, no labels, or the logits overflow"},
      {"nuclear_ratio", "Nuclear ratio", "|L′|_* / (margin(L′) |L_mm|_*), L′ = L − P_F(L)",
       "How much larger the logits are, at the margin they have, than the max-margin ones would have to be: certifies how "
       "near they point to where they must, even where that is no single direction.",
       "own; IG eq. 4", "1 to ∞", "→ 1 as the ridge vanishes, logarithmically slowly",
       "no W, no labels, L_mm is not there, a margin is not positive yet, the logits are too many to decompose, or they overflow"},
      {"sim_h_proxy", "H against proxy", "⟨corr H, corr S̃⟩ / (|corr H| |corr S̃|), S̃ = (I − 11ᵀ/V)S",
       "How far two contexts are close because the same words can follow them. Contexts that every word can follow are left "
       "out.",
       "IG Fig. 6 (arXiv 2408.15417)", "0 to 1", "near 1",
       "no W, no labels, an embedding is zero, every word can follow every context, or there are too many supports to compare"},
      {"sim_w_proxy", "W against proxy", "⟨corr Wᵀ, corr S̃ᵀ⟩ / (|corr Wᵀ| |corr S̃ᵀ|)",
       "How far two words are close because they follow the same contexts.", "IG Fig. 6 (arXiv 2408.15417)", "0 to 1",
       "near 1", "no W, no labels, an embedding is zero, every word can follow every context, or there are too many supports to compare"},
      {"sim_h_mm", "H against L_mm", "⟨corr H, corr H_mm⟩ / (|corr H| |corr H_mm|), L_mm = W_mm H_mm",
       "How near the contexts' geometry is to the one that the max-margin logits have.", "IG Fig. 6 (arXiv 2408.15417)",
       "0 to 1", "→ 1 as the ridge vanishes, where L_mm is unique", "no W, no labels, L_mm is not there or 0, or an embedding is zero"},
      {"sim_w_mm", "W against L_mm", "⟨corr Wᵀ, corr W_mmᵀ⟩ / (|corr Wᵀ| |corr W_mmᵀ|)",
       "How near the words' geometry is to the one that the max-margin logits have.", "IG Fig. 6 (arXiv 2408.15417)",
       "0 to 1", "→ 1 as the ridge vanishes, where L_mm is unique", "no W, no labels, L_mm is not there or 0, or an embedding is zero"},
      {"subspace_same", "Same support", "mean cos(L′_j, L′_k) over S_j = S_k, L′ = L − P_F(L)",
       "Whether contexts that the same words can follow have become one direction.", "IG Prop. 1 (arXiv 2408.15417)",
       "−1 to 1", "→ 1 as the ridge vanishes", "no W, no labels, no two contexts have the same support and a direction, or the logits overflow"},
      {"subspace_other", "Other supports", "mean cos(L′_j, L′_k) over S_j ≠ S_k, L′ = L − P_F(L)",
       "How close contexts with different next words are, to compare with.", "IG Prop. 1 (arXiv 2408.15417)", "−1 to 1",
       "that of L_mm; −1/(V−1) for one label each",
       "no W, no labels, no two contexts have different supports and a direction, or the logits overflow"},
      {"share_in_support", "Share in F", "|P_F(L)|² / |L|²",
       "The part of the logits that tells apart the words that can follow the same context.",
       "IG sec. 4 (arXiv 2408.15417)", "0 to 1", "→ 0 as the ridge vanishes, since the rest grows without bound",
       "no W, no labels, all logits are zero, or they overflow"},
      {"share_max_margin", "Share along L_mm", "⟨L − P_F(L), L_mm⟩² / (|L_mm|² |L|²)",
       "The part of the logits that points along the max-margin ones.", "IG eq. 4 (arXiv 2408.15417)", "0 to 1",
       "→ 1 as the ridge vanishes, where L_mm is unique", "no W, no labels, L_mm is not there or 0, all logits are zero, or they overflow"},
      {"mode_", "Mode", "mean of u_iᵀ L v_i over the singular vectors of (P − 11ᵀ/V) diag(π) with one σ_i and one μ_i",
       "How far the logits have grown along a direction that is learned at one speed, the fastest first; in nats.",
       "GS (arXiv 2505.08348)", "−∞ to ∞", "equal for all modes of one σ, for one label each",
       "no W, no labels, the task is too large to take apart or has nothing to learn, or the logits overflow", true, "number"},
  };
  return entries;
}

const MetricEntry* find_metric_entry(std::string_view key) {
  for (const auto& entry : metric_entries())
    if (entry.is_prefix ? key.starts_with(entry.key) : key == entry.key) return &entry;
  return nullptr;
}

std::string metric_label(std::string_view key) {
  const auto* entry = find_metric_entry(key);
  if (entry == nullptr) return std::string(key);
  if (!entry->is_prefix) return entry->label;
  return entry->label + (entry->followed_by == "number" ? " " : ", ") + std::string(key.substr(entry->key.size()));
}

std::string at_collapse(const MetricEntry& entry, Index classes, Index dimension) {
  const bool is_of_a_simplex = entry.key.starts_with("nc2_") || entry.key.starts_with("gnc2_") ||
                               entry.key == "nc3_dual_etf" || entry.key == "cka_symmetric";
  if (!is_of_a_simplex || classes <= dimension + 1) return entry.at_collapse;
  std::string text = entry.at_collapse + ". Here " + std::to_string(classes) + " classes in " + std::to_string(dimension) +
                     (dimension == 1 ? " dimension" : " dimensions") + " cannot form a simplex";
  if (dimension < 1 || classes > kMostCodePoints || dimension > kMostCodeDimensions) return text + ".";
  const auto bound = largest_cosine_bound(classes, dimension);
  char cosine[32];
  std::snprintf(cosine, sizeof cosine, "%.3f", bound.cosine);
  return text + ": their largest cosine is at least " + cosine + " (" + bound.name + (bound.is_attained ? ", attained)." : ").");
}

}  // namespace gramscope
