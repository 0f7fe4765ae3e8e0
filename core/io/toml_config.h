#pragma once

#include <toml++/toml.h>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry/config.h"

namespace gramscope {

/// A TOML file being read: what presets and sessions share. Every error is an InputError "file:line: key:
/// problem".
class TomlDocument {
 public:
  /// Parses the text; `file` is its name in messages.
  TomlDocument(std::string_view text, std::string file);

  const toml::table& root() const { return root_; }
  /// Its name in messages.
  const std::string& file() const { return file_; }

  /// Throws the error about `key` at that node's line.
  [[noreturn]] void fail(const toml::node& at, const std::string& key, const std::string& problem) const;
  /// The same for the file as a whole.
  [[noreturn]] void fail(const std::string& key, const std::string& problem) const;

  /// Runs a check of the registry: what it finds wrong is told at that node's line, and as about `key` unless it says
  /// itself about which parameter it is.
  void check(const toml::node& at, const std::string& key, const std::function<void()>& action) const;

  /// Throws unless the file is of the format that this version reads, saying which version wrote it if the file says so.
  void require_format() const;
  /// Throws at the first key of the table that is not `allowed`, naming the nearest.
  void require_known_keys(const toml::table& table, const std::string& prefix,
                          std::span<const std::string_view> allowed) const;
  std::string text(const toml::table& table, const std::string& key) const;
  std::string text_or(const toml::table& table, const std::string& key, const std::string& otherwise) const;
  /// A whole number of at least 0.
  std::int64_t count(const toml::table& table, const std::string& key) const;
  Value value(const toml::table& table, const std::string& key) const;
  /// The tables written as [[key]], in order; none where there is no such key.
  std::vector<const toml::table*> tables(const std::string& key) const { return tables(root_, key, key); }
  /// Those in a table of the document; `name` is the whole of the key, as in [[branch.command]].
  std::vector<const toml::table*> tables(const toml::table& table, const std::string& key, const std::string& name) const;
  /// Throws where a text of the file is longer than any that a hand or this program writes.
  void require_readable(const toml::node& at, const std::string& key, const std::string& text) const;

  /// The parameters in the tables task, model, optimizer, reg and run of `table`, each checked against the
  /// registry; defaults are not filled in.
  Config config(const toml::table& table) const;

 private:
  [[noreturn]] void refuse(toml::source_index line, const std::string& message) const;
  /// "written by gramscope 0.2.0" where another version than this wrote the file; otherwise empty.
  std::string other_version() const;

  std::string file_;
  toml::table root_;
};

/// The names of the tables parameters stand in, in the order they are written.
std::span<const std::string_view> config_sections();

/// A value as TOML: reals always with a point or an exponent, text quoted and escaped.
std::string toml_text(const Value& value);

/// A config as TOML tables, in the order of the parameter panel.
std::string toml_text(const Config& config);

/// A config as one inline table with dotted keys.
std::string toml_inline_text(const Config& config);

}  // namespace gramscope
