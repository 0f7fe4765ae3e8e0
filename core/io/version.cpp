#include "core/io/version.h"

namespace gramscope {

std::string_view version() { return GRAMSCOPE_VERSION; }

}  // namespace gramscope
