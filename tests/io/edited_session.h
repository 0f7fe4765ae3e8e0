#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/io/session.h"
#include "core/registry/error.h"
#include "tests/messages.h"

namespace gramscope::test {

/// A file of these lines, numbered from 1, with one of them replaced, by nothing where `replacement` is empty.
inline std::string with_line(const std::vector<std::string>& lines, std::size_t line, const std::string& replacement) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& put = i + 1 == line ? replacement : lines[i];
    if (!put.empty()) text += put + "\n";
  }
  return text;
}

struct Edit {
  std::size_t line;
  std::string replacement;
  std::string message;  ///< behind "s.toml:"; of what is no TOML only the beginning, the rest is the parser's
};

/// The first of these lines is a comment. With no edit the session is read, with each it is refused with that message.
inline void check_edits(const std::vector<std::string>& lines, const std::vector<Edit>& edits) {
  REQUIRE_NOTHROW(parse_session(with_line(lines, 1, "#"), "s.toml"));
  for (const auto& edit : edits) {
    CAPTURE(edit.line);
    CAPTURE(edit.replacement);
    const auto message =
        message_of<InputError>([&] { parse_session(with_line(lines, edit.line, edit.replacement), "s.toml"); });
    const auto expected = "s.toml:" + edit.message;
    CHECK((expected.ends_with(": TOML: ") ? message.substr(0, expected.size()) : message) == expected);
  }
}

}  // namespace gramscope::test
