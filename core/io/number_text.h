#pragma once

#include <string>

namespace gramscope {

/// The shortest decimal that reads back as the same double: "0.1", "1e-06", "12000", "nan", "-inf".
std::string shortest_text(double value);

}  // namespace gramscope
