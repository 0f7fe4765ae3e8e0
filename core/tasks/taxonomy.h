#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry/registry.h"
#include "core/tasks/imbalance.h"
#include "core/tasks/task.h"

namespace gramscope {

inline constexpr int kMostTaxonomyLevels = 5;
inline constexpr int kMostBranches = 6;

/// A node of a tree of names; the root has none.
struct NameTree {
  std::string name;
  std::vector<NameTree> children;
};

/// The tree of a word list whose lines are "node: children" below "everything", a node's own line after the one that
/// names it. Throws InputError "file:line: problem", also where a node has fewer than kMostBranches children, a name
/// stands twice, or branches are not equally deep.
NameTree parse_name_tree(std::string_view text, const std::string& file);

/// Nested factors (SBC; math.md section 1): a context is the path from the root of a tree to a leaf ("animal bird
/// sparrow"), and each has a label of its own. `branching` gives the children of every node of a level (1 to
/// kMostTaxonomyLevels levels, 2 to kMostBranches children each).
///
/// A level is a factor with a value for each of its nodes, so that K_sem, the number of shared values, is the depth of
/// the lowest common ancestor. Contexts stand in the tree's own order, and with it the classes: the frequent ones, where
/// they are not balanced, are the first branches. The first three levels have names from the language, in the order of
/// assets/words/taxonomy.txt; the children of sparrow are sparrow-a, sparrow-b, ..., and theirs sparrow-a1, sparrow-a2.
std::shared_ptr<const Task> make_taxonomy(std::span<const int> branching, const Imbalance& imbalance = {});

TaskEntry taxonomy_entry();

}  // namespace gramscope
