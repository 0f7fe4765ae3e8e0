#pragma once

#include <vector>

#include "core/linalg/small_gram.h"
#include "core/metrics/class_means.h"

namespace gramscope {

/// How much the samples of one class still differ, against how far apart classes are (NC1; math.md section 5). With
/// class means mu_c, m_c = mu_c - mean of the mu_c, Sigma_W = (1/N) sum_j (h_j - mu_y(j)) (h_j - mu_y(j))^T, in which
/// every sample weighs the same, and Sigma_B = (1/K) sum_c m_c m_c^T. `h` is d×N, `classes` gathers its columns.
/// All are >= 0, 0 at collapse, unchanged by rotation, shift and scale of H, 0 where every class has one sample, and
/// NaN for K < 2. Samples are taken some at a time: nothing of the size of H is made.

/// tr(Sigma_W Sigma_B^+) / K, the pseudo-inverse of rank min(d, K-1) at most, with eigenvalues below 1e-10 of the
/// largest left out (Papyan 2020; Zhu et al. 2021). NaN where all class means are equal. `between` is small_gram(classes.m),
/// which sigma_B is made from.
double nc1_pinv(const MatrixD& h, const CentredMeans& classes, const MatrixD& between, const WorkDone& done = {});
double nc1_pinv(const MatrixD& h, const CentredMeans& classes);
/// The multiplications that it takes.
double nc1_pinv_work(Index rows, Index samples, Index classes);

/// tr Sigma_W / tr Sigma_B (Tirer et al. 2023). NaN where all class means are equal.
double nc1_quotient(const MatrixD& h, const CentredMeans& classes);

/// Mean over c < c' of (v_c + v_c') / (2 |mu_c - mu_c'|^2) with v_c = mean of |h_j - mu_c|^2 within the class
/// (class-distance normalised variance; Galanti et al. 2022; LC). NaN where two class means are equal.
double nc1_cdnv(const MatrixD& h, const CentredMeans& classes);

/// v_c of every class (K): the mean of |h_j - mu_c|^2 within it.
std::vector<double> class_variances(const MatrixD& h, const CentredMeans& classes);

}  // namespace gramscope
