#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/io/toml_config.h"

namespace gramscope {

/// What the window writes down about itself.
using ViewValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, std::vector<double>>;

struct ViewEntry {
  std::string key;
  ViewValue value;
  int line = 0;  ///< where the file has it; 0 for one that was not read
};

/// The table [view] of a session: how things were looked at, which decides nothing that is computed. Its keys belong to the
/// window; here it is only known that their values are of one of these kinds. A list of numbers is one of reals, and an empty
/// list is one of texts.
struct ViewTable {
  std::string file;                ///< in messages
  std::vector<ViewEntry> entries;  ///< each key once

  /// The entry of that key; nullptr where there is none.
  const ViewEntry* find(std::string_view key) const;
  /// Gives a key that value, in its place or at the end.
  void set(std::string_view key, ViewValue value);

  /// Throws InputError "file:line: view.key: problem".
  [[noreturn]] void fail(const ViewEntry& entry, const std::string& problem) const;
  /// Throws at the first entry whose key is not `allowed`, naming the nearest.
  void require_known_keys(std::span<const std::string_view> allowed) const;

  // The value of an entry, which must be of that kind and in that range, both ends included; the same error otherwise.

  bool flag(const ViewEntry& entry) const;
  std::int64_t integer(const ViewEntry& entry, std::int64_t least, std::int64_t most) const;
  /// Whole numbers are reals here too.
  double real(const ViewEntry& entry, double least, double most) const;
  const std::string& text(const ViewEntry& entry) const;
  const std::vector<std::string>& texts(const ViewEntry& entry) const;
  /// `count` reals, each in the range.
  std::vector<double> reals(const ViewEntry& entry, std::size_t count, double least, double most) const;

 private:
  /// The same with the value that is wrong, if it is a single one.
  [[noreturn]] void refuse(const ViewEntry& entry, const std::string& problem) const;
};

/// The table [view] of a document, in the file's order; without entries where there is none. Throws InputError
/// "file:line: key: problem".
ViewTable parse_view(const TomlDocument& document);

/// The table as TOML, reals with the fewest digits that give the same bits; empty without entries.
std::string view_toml(const ViewTable& view);

}  // namespace gramscope
