#pragma once

namespace gramscope::app {

/// What the program's exit status says. Scripts depend on these numbers.
enum class ExitCode : int {
  ok = 0,
  failure = 1,     ///< the program could not do what it should: a write failed
  usage = 2,       ///< the arguments are wrong: an unknown name, a value out of range
  diverged = 3,    ///< training gave NaN or Inf
  no_display = 4,  ///< no display, or none with OpenGL 3.3
  bad_input = 5,   ///< a file is missing or malformed
  interrupted = 130,
};

}  // namespace gramscope::app
