#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/linalg/types.h"

namespace gramscope {

/// What of the inside of a network is to be looked at besides W and H.
struct InsideWanted {
  bool layers = false;             ///< the hidden states after every layer
  std::optional<Index> attention;  ///< the attention maps of this context

  bool is_nothing() const { return !layers && !attention; }
  friend bool operator==(const InsideWanted&, const InsideWanted&) = default;
};

/// The hidden states of the last position of every context after one layer.
struct HiddenLayer {
  std::string name;  ///< "Tokens", "Block 1", "After the norm"
  MatrixD states;    ///< d_l×m
};

/// Where the positions of a context look, in one head of one block.
struct AttentionMap {
  Index block = 0;
  Index head = 0;
  MatrixD probability;  ///< T×T: row t is the distribution over the positions s <= t that position t attends to
};

struct Inside {
  std::vector<HiddenLayer> layers;  ///< from the tokens to H, which is the last; empty if not wanted or none
  Index attention_context = 0;
  std::vector<AttentionMap> attention;  ///< by block, then head; empty if not wanted or none
};

}  // namespace gramscope
