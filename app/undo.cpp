#include "app/undo.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

std::optional<Value> value_in(const Config& config, const std::string& key) {
  return config.contains(key) ? std::optional(config.at(key)) : std::nullopt;
}

/// The keys that either config has, in order, each once.
std::vector<std::string> keys_of(const Config& a, const Config& b) {
  std::vector<std::string> keys;
  for (const auto* config : {&a, &b})
    for (const auto& [key, value] : config->values()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::vector<Difference> differences_between(const Config& before, const Config& after) {
  std::vector<Difference> differences;
  for (const auto& key : keys_of(before, after)) {
    Difference difference{key, value_in(before, key), value_in(after, key)};
    if (difference.before != difference.after) differences.push_back(std::move(difference));
  }
  return differences;
}

/// What `differences` and then `further` make together; a value that is back where it was makes none.
std::vector<Difference> joined(std::vector<Difference> differences, const std::vector<Difference>& further) {
  for (const auto& next : further) {
    const auto place = std::lower_bound(differences.begin(), differences.end(), next.key,
                                        [](const Difference& d, const std::string& key) { return d.key < key; });
    if (place == differences.end() || place->key != next.key)
      differences.insert(place, next);
    else
      place->after = next.after;
  }
  std::erase_if(differences, [](const Difference& d) { return d.before == d.after; });
  return differences;
}

/// The value as a person reads it: a choice by its label, a file by its name.
std::string in_words(const Parameter& parameter, const std::optional<Value>& value) {
  if (!value) return "–";
  if (parameter.type == ParameterType::file) {
    const auto name = std::filesystem::path(std::get<std::string>(*value)).filename().string();
    return name.empty() ? "none" : name;
  }
  if (parameter.type == ParameterType::flag) return std::get<bool>(*value) ? "on" : "off";
  for (const auto& choice : parameter.choices)
    if (*value == Value{choice.key}) return choice.label;
  return to_string(*value);
}

/// The parameter as `config` has it.
Parameter parameter_in(const Config& config, const std::string& key) {
  for (auto& parameter : applicable_parameters(config))
    if (parameter.key == key) return std::move(parameter);
  Parameter unknown;
  unknown.key = unknown.label = key;
  return unknown;
}

std::string arrow_text(const std::string& label, const std::string& from, const std::string& to) {
  return from.empty() && to.empty() ? label : label + " " + from + " → " + to;
}

/// "learning rate", but "MLP width": as it stands within a sentence.
std::string in_sentence(std::string label) {
  const auto is_capital = [&](std::size_t i) { return i < label.size() && label[i] >= 'A' && label[i] <= 'Z'; };
  if (is_capital(0) && !is_capital(1)) label[0] = static_cast<char>(label[0] - 'A' + 'a');
  return label;
}

std::string load_label(const Setting& loaded) {
  if (!loaded.preset.empty()) return "Load " + loaded.preset;
  const auto file = std::filesystem::path(loaded.config.text_or("task.path", {})).filename().string();
  return "Load " + (file.empty() ? "another experiment" : file);
}

/// Names an entry after the parameter that was set, or where that is back at its value, after one that it has moved along.
void name_after(UndoEntry& entry, const std::string& key, const Config& config) {
  const auto& differences = entry.differences;
  auto named = std::find_if(differences.begin(), differences.end(), [&](const Difference& d) { return d.key == key; });
  if (named == differences.end()) named = differences.begin();
  const Parameter parameter = parameter_in(config, named->key);
  entry.key = named->key;
  entry.label = parameter.label;
  entry.from = in_words(parameter, named->before);
  entry.to = in_words(parameter, named->after);
}

Setting with_entry(const Setting& now, const UndoEntry& entry, bool is_undo) {
  if (entry.exchange != nullptr) return is_undo ? entry.exchange->before : entry.exchange->after;
  Setting target = now;
  for (const auto& difference : entry.differences) {
    const auto& value = is_undo ? difference.before : difference.after;
    if (value)
      target.config.set(difference.key, *value);
    else
      target.config.erase(difference.key);
  }
  return target;
}

/// `config` with one value changed, where that can be and the run goes on; else nothing.
std::optional<Config> changed_live(const Config& config, const std::string& key, const Value& value) {
  try {
    Config changed = with_change(config, key, value, nullptr);
    if (changed != config && effect_of(config, changed) == Effect::live) return changed;
  } catch (const UsageError&) {
    // It does not apply yet, or is out of the range that holds so far.
  }
  return std::nullopt;
}

/// Whether the command is what `changed` answers.
bool is_answered_by(const Command& command, const ConfigChanged& changed) {
  if (const auto* set = std::get_if<SetParameter>(&command))
    return changed.key == set->key && changed.config.contains(set->key) && changed.config.at(set->key) == set->value;
  const auto* load = std::get_if<Load>(&command);
  return load != nullptr && changed.restarted && changed.key.empty() && changed.preset == load->preset &&
         changed.config == load->config;
}

/// The values that differ, those first that decide which others apply, and `key` before all.
std::vector<std::string> keys_to_set(const Config& now, const Config& target, const std::string& key) {
  const auto deciding = deciding_keys();
  const auto rank = [&](const std::string& k) {
    if (k == key) return std::ptrdiff_t{-1};
    return std::find(deciding.begin(), deciding.end(), k) - deciding.begin();
  };
  std::vector<std::string> keys;
  for (const auto& difference : differences_between(now, target))
    if (difference.after) keys.push_back(difference.key);
  std::stable_sort(keys.begin(), keys.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  return keys;
}

}  // namespace

std::string change_text(const UndoEntry& entry) { return arrow_text(entry.label, entry.from, entry.to); }

std::vector<Command> commands_between(const Setting& now, const Setting& target, const std::string& key) {
  if (now == target) return {};
  const Load load{resolve(target.config), target.preset};
  if (now.preset != target.preset) return {load};
  const auto keys = keys_to_set(now.config, target.config, key);
  for (const auto& one : keys) {
    try {
      if (with_change(now.config, one, target.config.at(one), nullptr) == target.config)
        return {SetParameter{one, target.config.at(one)}};
    } catch (const UsageError&) {
      // Not by itself.
    }
  }
  if (effect_of(now.config, target.config) == Effect::restart) return {load};
  std::vector<Command> commands;
  Config at = now.config;
  // A value may move others that were set before it: then once more.
  for (std::size_t round = 0; round <= keys.size() && at != target.config; ++round) {
    for (const auto& one : keys) {
      if (value_in(at, one) == target.config.at(one)) continue;
      if (auto next = changed_live(at, one, target.config.at(one))) {
        at = std::move(*next);
        commands.emplace_back(SetParameter{one, target.config.at(one)});
      }
    }
  }
  return at == target.config ? commands : std::vector<Command>{load};
}

void UndoStack::send(const SetParameter& change, Hand hand) {
  const auto continues = [&](const Sent& last) {
    return last.is_open && std::get<SetParameter>(last.commands.back()).key == change.key;
  };
  if (sent_.empty() || !continues(sent_.back())) {
    end_gesture();
    sent_.push_back({});
  }
  auto& sent = sent_.back();
  sent.commands.emplace_back(change);
  sent.is_open = hand == Hand::on;
  sent.is_answered = false;
}

void UndoStack::send(const Load& load) {
  end_gesture();
  sent_.push_back({Kind::load, {load}, false, false, false, {}});
}

void UndoStack::end_gesture() {
  if (!sent_.empty()) sent_.back().is_open = false;
}

void UndoStack::rejoin_gesture(const std::string& key) {
  if (sent_.empty() || sent_.back().kind != Kind::change) return;
  auto& last = sent_.back();
  last.is_open = last.is_open || std::get<SetParameter>(last.commands.back()).key == key;
}

std::vector<Command> UndoStack::undo(const Setting& now) { return begin(Kind::undo, done_, now); }
std::vector<Command> UndoStack::redo(const Setting& now) { return begin(Kind::redo, undone_, now); }

std::vector<Command> UndoStack::begin(Kind kind, std::deque<UndoEntry>& from, const Setting& now) {
  end_gesture();
  if (from.empty()) return {};
  const auto& entry = from.back();
  auto commands = commands_between(now, with_entry(now, entry, kind == Kind::undo), entry.key);
  // What was sent before belongs to entries that are no longer the newest.
  sent_.clear();
  Sent sent{kind, commands, false, false, false, std::move(from.back())};
  from.pop_back();
  if (commands.empty())
    arrive(sent);
  else
    sent_.push_back(std::move(sent));
  return commands;
}

void UndoStack::confirm(const Setting& before, const ConfigChanged& changed) {
  if (changed.key.empty() && !changed.restarted) return refuse();
  const auto is_meant = [&](const Sent& sent) {
    return std::any_of(sent.commands.begin(), sent.commands.end(),
                       [&](const Command& command) { return is_answered_by(command, changed); });
  };
  auto answered =
      std::find_if(sent_.begin(), sent_.end(), [&](const Sent& sent) { return !sent.is_answered && is_meant(sent); });
  // A drag that comes past its last value before it ends there has had its answer early.
  if (answered == sent_.end())
    answered = std::find_if(sent_.begin(), sent_.end(),
                            [&](const Sent& sent) { return sent.kind == Kind::change && is_meant(sent); });
  if (answered == sent_.end()) return;
  // What was sent before and has not been answered in full never will be: a later value took its place.
  std::for_each(sent_.begin(), answered, [&](Sent& sent) { arrive(sent); });
  sent_.erase(sent_.begin(), answered);
  auto& sent = sent_.front();
  sent.is_answered = is_answered_by(sent.commands.back(), changed);
  if (sent.kind == Kind::change || sent.kind == Kind::load)
    extend(sent, before, changed);
  else if (sent.is_answered)
    arrive(sent);
}

void UndoStack::extend(Sent& sent, const Setting& before, const ConfigChanged& changed) {
  UndoEntry entry;
  if (sent.has_entry) {
    entry = std::move(done_.back());
    done_.pop_back();
  }
  sent.has_entry = false;
  const Setting after{changed.config, changed.preset};
  if (sent.kind == Kind::load) {
    if (before == after) return;
    entry.label = load_label(after);
    entry.exchange = std::make_shared<const UndoEntry::Exchange>(UndoEntry::Exchange{before, after});
  } else {
    entry.differences = joined(std::move(entry.differences), differences_between(before.config, after.config));
    undone_.clear();
    if (entry.differences.empty()) return;
    name_after(entry, changed.key, after.config);
  }
  push(std::move(entry));
  undone_.clear();
  sent.has_entry = true;
}

void UndoStack::push(UndoEntry entry) {
  done_.push_back(std::move(entry));
  if (done_.size() > kMostEntries) done_.pop_front();
}

void UndoStack::arrive(Sent& sent) {
  sent.is_answered = true;
  if (!sent.entry) return;
  const bool is_undo = sent.kind == Kind::undo;
  const auto& entry = *sent.entry;
  news_ = std::string(is_undo ? "Undone: " : "Redone: ") +
          arrow_text(in_sentence(entry.label), is_undo ? entry.to : entry.from, is_undo ? entry.from : entry.to) + ".";
  if (is_undo)
    undone_.push_back(std::move(*sent.entry));
  else
    push(std::move(*sent.entry));
  sent.entry.reset();
}

void UndoStack::refuse() {
  const auto refused = std::find_if(sent_.begin(), sent_.end(), [](const Sent& sent) { return !sent.is_answered; });
  if (refused == sent_.end()) return;
  if (const auto* set = std::get_if<SetParameter>(&refused->commands.back())) refused_ = set->key;
  refused->is_answered = true;
  if (!refused->entry) return;
  auto& origin = refused->kind == Kind::undo ? done_ : undone_;
  origin.push_back(std::move(*refused->entry));
  refused->entry.reset();
}

void UndoStack::give_up() {
  for (auto& sent : sent_)
    if (std::holds_alternative<SetParameter>(sent.commands.back())) arrive(sent);
}

void UndoStack::forget_answered() {
  std::erase_if(sent_, [](const Sent& sent) { return sent.is_answered; });
}

bool UndoStack::is_under_way() const {
  const auto is_it = [](const Sent& sent) { return !sent.is_answered && sent.kind != Kind::change; };
  return std::any_of(sent_.begin(), sent_.end(), is_it);
}

bool UndoStack::is_undoing() const {
  const auto is_it = [](const Sent& sent) { return !sent.is_answered && sent.entry.has_value(); };
  return std::any_of(sent_.begin(), sent_.end(), is_it);
}

std::string UndoStack::take_news() { return std::exchange(news_, {}); }
std::string UndoStack::take_refused() { return std::exchange(refused_, {}); }

}  // namespace gramscope::app
