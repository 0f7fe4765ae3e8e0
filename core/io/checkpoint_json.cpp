#include "core/io/checkpoint_json.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <variant>

#include "core/io/byte_stream.h"
#include "core/io/input_paths.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

using CheckpointJson = nlohmann::json;

CheckpointJson json_of(const std::string& key, const Value& value, const std::string& where) {
  if (const auto* real = std::get_if<double>(&value); real != nullptr && !std::isfinite(*real))
    throw RuntimeError(fmt::format("{}: cannot be written: {} is not finite", where, key));
  return std::visit([](const auto& v) { return CheckpointJson(v); }, value);
}

CheckpointJson json_of(const Config& config, const std::string& where) {
  Config absolute = config;
  make_paths_absolute(absolute);
  CheckpointJson json = CheckpointJson::object();
  for (const auto& [key, value] : absolute.values()) json[key] = json_of(key, value, where);
  return json;
}

CheckpointJson json_of(const Engine::Executed& executed, const std::string& where) {
  CheckpointJson json{{"tick", executed.tick}};
  if (const auto* set = std::get_if<SetParameter>(&executed.command)) {
    json["op"] = "set";
    json["key"] = set->key;
    json["value"] = json_of(set->key, with_absolute_path(set->key, set->value), where);
  } else if (const auto* load = std::get_if<Load>(&executed.command)) {
    json["op"] = "load";
    json["preset"] = load->preset;
    json["config"] = json_of(load->config, where);
  } else {
    json["op"] = std::holds_alternative<Continue>(executed.command) ? "continue" : "restart";
  }
  return json;
}

/// Reads JSON whose digest is right, but which anybody may have written.
class JsonReader {
 public:
  explicit JsonReader(const std::string& where) : where_(where) {}

  [[noreturn]] void fail(const std::string& place, const char* problem) const {
    throw InputError(fmt::format("{}: run: {}: {}", where_, shown_name(place), problem));
  }

  const CheckpointJson& member(const CheckpointJson& of, const std::string& key, CheckpointJson::value_t type,
                               const char* what) const {
    if (!of.is_object()) fail(key, "stands in what is no object");
    const auto found = of.find(key);
    if (found == of.end()) fail(key, "is missing");
    if (found->type() != type) fail(key, what);
    return *found;
  }
  const CheckpointJson& list(const CheckpointJson& of, const std::string& key) const {
    return member(of, key, CheckpointJson::value_t::array, "must be a list");
  }
  const CheckpointJson& object(const CheckpointJson& of, const std::string& key) const {
    return member(of, key, CheckpointJson::value_t::object, "must be an object");
  }
  const std::string& text(const CheckpointJson& of, const std::string& key) const {
    return member(of, key, CheckpointJson::value_t::string, "must be a text").get_ref<const std::string&>();
  }

  Value value(const CheckpointJson& json, const std::string& key) const {
    switch (json.type()) {
      case CheckpointJson::value_t::boolean:
        return json.get<bool>();
      case CheckpointJson::value_t::number_integer:
        return json.get<std::int64_t>();
      case CheckpointJson::value_t::number_unsigned:
        if (json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
          fail(key, "is beyond 64 bits with a sign");
        return json.get<std::int64_t>();
      case CheckpointJson::value_t::number_float:
        return json.get<double>();
      case CheckpointJson::value_t::string:
        return json.get<std::string>();
      default:
        fail(key, "must be true, false, a number or a text");
    }
  }

  Config config(const CheckpointJson& json) const {
    if (!json.is_object()) fail("configs", "must be objects");
    Config config;
    for (const auto& [key, value_of_key] : json.items()) config.set(key, value(value_of_key, key));
    return config;
  }

  Engine::Executed command(const CheckpointJson& json) const {
    const std::string& op = text(json, "op");
    const auto tick = json.find("tick");
    if (tick == json.end() || !tick->is_number_unsigned()) fail("tick", "must be a whole number from 0");
    Engine::Executed executed{std::get<std::int64_t>(value(*tick, "tick")), Restart{}};
    if (op == "set") {
      const auto found = json.find("value");
      if (found == json.end()) fail("value", "is missing");
      executed.command = SetParameter{text(json, "key"), value(*found, "value")};
    } else if (op == "load") {
      executed.command = Load{config(object(json, "config")), text(json, "preset")};
    } else if (op == "continue") {
      executed.command = Continue{};
    } else if (op != "restart") {
      fail("op", "must be set, restart, continue or load");
    }
    return executed;
  }

 private:
  const std::string& where_;
};

}  // namespace

std::string checkpoint_json(const StoredRun& run, const std::string& where) {
  CheckpointJson json;
  json["configs"] = CheckpointJson::array();
  for (const auto& config : run.configs) json["configs"].push_back(json_of(config, where));
  json["commands"] = CheckpointJson::array();
  for (const auto& executed : run.commands) json["commands"].push_back(json_of(executed, where));
  json["values"] = CheckpointJson::object();
  for (const auto& [key, value] : run.values) json["values"][key] = json_of(key, value, where);
  try {
    return json.dump();
  } catch (const CheckpointJson::type_error&) {
    throw RuntimeError(
        fmt::format("{}: cannot be written: a text in the run, such as a path, is not UTF-8", where));
  }
}

void parse_checkpoint_json(std::string_view json, StoredRun& run) {
  const JsonReader reader(run.where);
  const auto document = CheckpointJson::parse(json, nullptr, false);
  if (!document.is_object()) throw InputError(run.where + ": run: is not JSON of an object");
  for (const auto& config : reader.list(document, "configs")) run.configs.push_back(reader.config(config));
  for (const auto& executed : reader.list(document, "commands"))
    run.commands.push_back(reader.command(executed));
  for (const auto& [key, value] : reader.object(document, "values").items())
    run.values.emplace(key, reader.value(value, key));
}

}  // namespace gramscope
