#pragma once

#include <cstdlib>
#include <string>

namespace gramscope::test {

/// A Python that has NumPy: the one in front, or the system's behind it. Empty if there is none.
inline std::string python_with_numpy() {
  for (const std::string python : {"python3", "/usr/bin/python3"})
    if (std::system((python + " -c 'import numpy' >/dev/null 2>&1").c_str()) == 0) return python;
  return {};
}

/// The exit status of a script of the tests, called with one path.
inline int run_script(const std::string& python, const std::string& script, const std::string& path) {
  return std::system((python + " '" + GRAMSCOPE_SOURCE_DIR + "/tests/io/" + script + "' '" + path + "'").c_str());
}

}  // namespace gramscope::test
