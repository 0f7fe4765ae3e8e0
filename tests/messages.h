#pragma once

#include <string>

namespace gramscope::test {

/// The message of the exception of type E that `action` throws; empty if it throws nothing.
template <class E, class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace gramscope::test
