#pragma once

#include <memory>
#include <optional>

#include "app/observatory.h"

namespace gramscope::app {

/// The selected context's centred cosines with all contexts, in full however many there are. Asks for what it
/// takes, and keeps what it has found until there is another moment or another context.
class ContextRow {
 public:
  /// To be called once a frame: takes over what the newest snapshot has of the context.
  void refresh(Observatory& observatory, std::optional<Index> context);

  /// m cosines, NaN where there is no direction; empty without a context, or before they are there.
  const VectorF& cosines() const { return cosines_; }
  std::optional<Index> context() const { return context_; }
  /// Changes whenever the cosines do.
  std::uint64_t version() const { return version_; }

 private:
  std::optional<Index> context_;
  VectorF cosines_;
  std::weak_ptr<const Embeddings> of_;
  int layer_ = -1;
  std::uint64_t version_ = 0;
};

/// The one context that is selected, if it is one of the snapshot's: of a selected pair the first.
std::optional<Index> selected_context(const Observatory& observatory);

}  // namespace gramscope::app
