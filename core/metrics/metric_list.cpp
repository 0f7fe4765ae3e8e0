#include "core/metrics/metric_list.h"

#include <vector>

namespace gramscope {

std::span<const MetricEntry> metric_entries() {
  static const std::vector<MetricEntry> entries{
      {"loss", "Cross-entropy", "CE = −Σ_j π_j Σ_z P_zj log softmax(L)_zj",
       "How surprised the model is by the next word, in nats; with label smoothing P is the smoothed one.", "IG sec. 2", "loss_floor to ∞",
       "→ loss_floor", "the logits overflow"},
      {"loss_floor", "Entropy floor", "−Σ_j π_j Σ_z P_zj log P_zj",
       "The surprise that is in the targets themselves: no model's loss can be lower. 0 for one-hot labels without "
       "smoothing.", "IG sec. 2",
       "0 to log V", "unchanged", "never"},
      {"loss_excess", "Loss − floor", "CE − floor", "The part of the loss that training can still remove.", "IG sec. 2",
       "0 to ∞", "→ 0, or a small value that the ridge sets", "the logits overflow"},
      {"objective", "Objective", "CE + ½λ_W|W|² + ½λ_H|H|² (networks: no ridge) + γ(1 − CKA)",
       "What gradient descent lowers.", "IG Def. 1", "0 to ∞", "its minimum", "the logits overflow"},
      {"accuracy", "Accuracy", "Σ_j π_j [argmax_z L_zj ∈ S_j]",
       "Weighted share of contexts whose most likely word can indeed follow them.", "own", "0 to 1", "1", "never"},
      {"norm_w", "|W|", "|W|_F", "Size of all word embeddings together.", "IG Fig. 6", "0 to ∞",
       "equal to |H| for the UFM with λ_W = λ_H", "never"},
      {"norm_h", "|H|", "|H|_F", "Size of all context embeddings together.", "IG Fig. 6", "0 to ∞",
       "equal to |W| for the UFM with λ_W = λ_H", "never"},
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
       "fewer than two factors, or all context embeddings are equal"},
      {"cka_symmetric", "Symmetric alignment", "tr(CGC) / (|CGC| √(n−1))",
       "How nearly all contexts are equally far apart; at most √(d/(K−1)) when d < K − 1.", "SBC (arXiv 2606.26749)",
       "0 to 1", "1", "all context embeddings are equal"},
      {"contrast_", "Contrast", "mean cos over pairs that share the value − mean cos over the others",
       "How much closer two contexts are for sharing this attribute.", "own", "−2 to 2", "0",
       "no pair shares a value, or an embedding has no direction", true},
      {"nc1_pinv", "Within classes", "tr(Σ_W Σ_B⁺)/K",
       "Spread of the contexts of one label, measured in the directions in which labels differ.",
       "Papyan et al. 2020; Zhu et al. 2021", "0 to ∞", "0",
       "no classes, one context per label, or all class means are equal"},
      {"nc1_quotient", "Within / between", "tr Σ_W / tr Σ_B",
       "Variance of the contexts within a label over the variance between labels.", "Tirer et al. 2023", "0 to ∞", "0",
       "no classes, one context per label, or all class means are equal"},
      {"nc1_cdnv", "Variance per distance", "mean of (v_c + v_c′) / (2|μ_c − μ_c′|²) over c < c′",
       "Variance within two labels over the squared distance of their means, averaged over pairs of labels.",
       "Galanti et al. 2022; LC (arXiv 2405.17767)", "0 to ∞", "0",
       "no classes, one context per label, or two class means are equal"},
      {"nc2_equinorm", "Equal norms", "std(|m_c|) / mean(|m_c|)",
       "Spread of the lengths of the centred class means.", "Papyan et al. 2020", "0 to ∞", "0",
       "no classes, or a class mean equals the global mean"},
      {"nc2_equinorm_w", "Equal norms W", "std(|w_c|) / mean(|w_c|)", "Spread of the lengths of the word embeddings.",
       "Papyan et al. 2020", "0 to ∞", "0", "no classes, or a word embedding is zero"},
      {"nc2_equiangular", "Equal angles", "std of cos(m_c, m_c′) over c ≠ c′",
       "Spread of the angles between class means: below 0.05, with accuracy 1, the run counts as collapsed.",
       "Papyan et al. 2020", "0 to 1", "0", "no classes, or a class mean equals the global mean"},
      {"nc2_equiangular_w", "Equal angles W", "std of cos(w_c, w_c′) over c ≠ c′",
       "Spread of the angles between word embeddings.", "Papyan et al. 2020", "0 to 1", "0",
       "no classes, or a word embedding is zero"},
      {"nc2_max_angle", "Maximal angle", "mean of |cos(m_c, m_c′) + 1/(K−1)| over c ≠ c′",
       "Distance of the class means' angles from the widest that K directions allow.", "Papyan et al. 2020", "0 to 2",
       "0", "no classes, or a class mean equals the global mean"},
      {"nc2_max_angle_w", "Maximal angle W", "mean of |cos(w_c, w_c′) + 1/(K−1)| over c ≠ c′",
       "Distance of the word embeddings' angles from the widest possible.", "Papyan et al. 2020", "0 to 2", "0",
       "no classes, or a word embedding is zero"},
      {"nc2_etf_error", "ETF error", "|MMᵀ/|MMᵀ| − (I − 11ᵀ/K)/√(K−1)|_F",
       "Distance of the class means' Gram matrix from a simplex equiangular tight frame.", "Zhu et al. 2021",
       "0 to 2", "0", "no classes, or all class means are equal"},
      {"nc2_etf_error_w", "ETF error W", "|WWᵀ/|WWᵀ| − (I − 11ᵀ/K)/√(K−1)|_F",
       "Distance of the word embeddings' Gram matrix from a simplex equiangular tight frame.", "Zhu et al. 2021",
       "0 to 2", "0", "no classes, or all word embeddings are zero"},
  };
  return entries;
}

const MetricEntry* find_metric_entry(std::string_view key) {
  for (const auto& entry : metric_entries())
    if (entry.is_per_factor ? key.starts_with(entry.key) : key == entry.key) return &entry;
  return nullptr;
}

}  // namespace gramscope
