#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "app/views/context_strip.h"
#include "app/views/gram_panel.h"
#include "app/views/pair_card.h"
#include "app/views/view_header.h"

namespace gramscope::app {

/// The picker "order: colour" of the views of Gram matrices; changes `order`. Absent where there is nothing to order by.
void draw_order_picker(ViewHeader& header, const Task& task, Grouping& order);

/// Where a pair of contexts (or of words) stands; one of them alone stands on the diagonal. Nothing where there is no such.
std::optional<GramCell> cell_of(const GramOrder& order, std::optional<Index> a, std::optional<Index> b);

/// The word that stands for a context where words and contexts are paired.
std::optional<Index> paired_word(const Task& task, std::optional<Index> context);

/// A Gram matrix over contexts: hover, selection and zoom are the shared ones. Where rows are blocks of contexts, there is
/// a strip below with the chosen context's row in full, if wanted.
class ContextGram {
 public:
  void draw(Observatory& observatory, const Rect& body, const MatrixF& values, const std::shared_ptr<const Task>& task,
            std::string_view key, bool has_strip = false);
  /// To be called in frames in which there is nothing to draw.
  void leave(Observatory& observatory);

 private:
  GramPanel panel_;
  ContextStrip strip_;
  SharedHover hover_;
};

}  // namespace gramscope::app
