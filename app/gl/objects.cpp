#include "app/gl/objects.h"

#include <GLFW/glfw3.h>

namespace gramscope::app {

bool has_current_context() { return glfwGetCurrentContext() != nullptr; }

}  // namespace gramscope::app
