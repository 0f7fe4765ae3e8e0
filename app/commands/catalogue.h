#pragma once

#include <string>
#include <vector>

#include "core/registry/parameter.h"

namespace gramscope::app {

/// A parameter as it is for some of the kinds: ranges and defaults may depend on the task, the model or the optimizer.
struct ParameterVariant {
  Parameter parameter;
  std::vector<std::string> kinds;  ///< "task corpus", "kernel_ufm with gd"; empty where it is the same for all
};

/// A parameter by its key, over all kinds that have it.
struct CatalogueParameter {
  std::string key;
  std::vector<ParameterVariant> variants;
};

/// Every parameter of every task, model and optimizer, in the order of the parameter panel.
std::vector<CatalogueParameter> catalogue_parameters();

/// The categories `list` knows.
std::vector<std::string> catalogue_categories();

/// Names with their one-line summaries: what `list` prints. Throws UsageError for an unknown category.
struct CatalogueItem {
  std::string key;
  std::string label;
  std::string summary;
};
std::vector<CatalogueItem> catalogue_items(const std::string& category);

}  // namespace gramscope::app
