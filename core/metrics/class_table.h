#pragma once

#include <string>
#include <vector>

#include "core/linalg/types.h"

namespace gramscope {

struct Embeddings;

/// What there is to say of one label. NaN for what does not exist; ClassTable says why.
struct ClassRow {
  int label = 0;  ///< the word; the context where every context is a class of its own
  Index samples = 0;
  double mean_norm = 0.0;  ///< |m_c|, m_c the class mean minus the mean of the class means
  double word_norm = 0.0;  ///< |w_c|
  double alignment = 0.0;  ///< cos(w_c, m_c): 1 at collapse
  double within = 0.0;     ///< v_c = mean of |h - mu_c|^2 over its samples: 0 at collapse
  Index nearest = -1;      ///< row of the class whose mean is closest by angle, the first of equals; -1: none
  double nearest_cosine = 0.0;  ///< cos(m_c, m_nearest): -1/(K-1) at collapse
  double accuracy =
      0.0;  ///< share of its samples whose largest logit is a word that can follow: 1 at collapse
  double agreement =
      0.0;  ///< share of its samples whose largest logit is the word of the nearest class mean (NC4)
};

/// The classes of a moment, labels ascending (math.md section 5): a row for each label that some context has;
/// a row for each context where contexts have several next words, or none that is known.
struct ClassTable {
  std::vector<ClassRow> rows;
  bool is_by_context = false;  ///< rows are contexts

  // Why a column has no values, a sentence each; empty where it has.
  std::string no_words;  ///< word_norm and alignment
  std::string no_within;
  std::string no_nearest;
  std::string no_accuracy;
  std::string no_agreement;
};

/// The table of (task, W, H, b). Time grows with K^2 d for the nearest classes and N (V + K) d for the last
/// two columns.
ClassTable class_table(const Embeddings& embeddings);

}  // namespace gramscope
