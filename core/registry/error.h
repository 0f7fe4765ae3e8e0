#pragma once

#include <stdexcept>
#include <string>

namespace gramscope {

/// Something the user asked for cannot be done as asked: an unknown name, a value out of range. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file is missing, unreadable or malformed. The message begins with its name. Exit code 5.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Somebody asked for it to stop. Exit code 130.
class Cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The program could not do what it should: a write failed, a thread could not start. Exit code 1.
class RuntimeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gramscope
