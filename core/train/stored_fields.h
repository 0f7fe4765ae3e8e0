#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "core/registry/error.h"
#include "core/train/engine_impl.h"
#include "core/train/stored_run.h"

namespace gramscope {

/// The largest whole number that a stored run may have: all up to here are exact as doubles too.
inline constexpr std::int64_t kMostStored = std::int64_t{1} << 53;

/// Of the table of records: segment, step, list of metric keys, place of the first metric, and the fields of
/// the phase.
inline constexpr Index kRecordColumns = 10;

constexpr Phase last_of(Phase) { return Phase::collapsed; }
constexpr Engine::State last_of(Engine::State) { return Engine::State::diverged; }

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

/// Writes fields under a common beginning of their names. An optional without a value, and NaN, are left out.
class FieldWriter {
 public:
  FieldWriter(StoredRun& run, std::string prefix) : run_(run), prefix_(std::move(prefix)) {}

  FieldWriter below(const std::string& name) const { return {run_, prefix_ + name + "."}; }
  std::string name(const std::string& field) const { return prefix_ + field; }

  template <class T>
  void operator()(const std::string& field, const T& value) {
    if constexpr (kIsOptional<T>) {
      if (value) (*this)(field, *value);
    } else if constexpr (std::is_enum_v<T>) {
      put(field, static_cast<std::int64_t>(value));
    } else if constexpr (std::same_as<T, std::uint64_t>) {
      put(field, std::bit_cast<std::int64_t>(value));
    } else if constexpr (std::same_as<T, double>) {
      if (!std::isnan(value)) put(field, value);
    } else {
      put(field, value);
    }
  }

 private:
  void put(const std::string& field, Value value) {
    run_.values.insert_or_assign(prefix_ + field, std::move(value));
  }

  StoredRun& run_;
  std::string prefix_;
};

/// Reads them back. Throws InputError where a field is missing, or is not of its type or range.
class FieldReader {
 public:
  FieldReader(const StoredRun& run, std::string prefix) : run_(run), prefix_(std::move(prefix)) {}

  FieldReader below(const std::string& name) const { return {run_, prefix_ + name + "."}; }
  std::string name(const std::string& field) const { return prefix_ + field; }

  [[noreturn]] void fail(const std::string& field, const std::string& problem) const {
    throw InputError(run_.where + ": " + prefix_ + field + ": " + problem);
  }

  template <class T>
  void operator()(const std::string& field, T& value) const {
    if constexpr (kIsOptional<T>) {
      value.reset();
      if (find(field) != nullptr) (*this)(field, value.emplace());
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(count(field, static_cast<std::int64_t>(last_of(T{}))));
    } else if constexpr (std::same_as<T, std::uint64_t>) {
      value = std::bit_cast<std::uint64_t>(get<std::int64_t>(field, "a whole number"));
    } else if constexpr (std::same_as<T, double>) {
      value = find(field) != nullptr ? get<double>(field, "a number with a point")
                                     : std::numeric_limits<double>::quiet_NaN();
    } else if constexpr (std::same_as<T, bool>) {
      value = get<bool>(field, "true or false");
    } else if constexpr (std::same_as<T, std::string>) {
      value = get<std::string>(field, "a text");
    } else {
      value = count(field, kMostStored);
    }
  }

  /// A whole number from 0 to `most`.
  std::int64_t count(const std::string& field, std::int64_t most) const {
    const auto value = get<std::int64_t>(field, "a whole number");
    if (value < 0 || value > most)
      fail(field, std::to_string(value) + " is not from 0 to " + std::to_string(most));
    return value;
  }

 private:
  const Value* find(const std::string& field) const {
    const auto found = run_.values.find(prefix_ + field);
    return found != run_.values.end() ? &found->second : nullptr;
  }
  template <class T>
  const T& get(const std::string& field, const char* what) const {
    const Value* const value = find(field);
    if (value == nullptr) fail(field, "is missing");
    const T* const wanted = std::get_if<T>(value);
    if (wanted == nullptr) fail(field, std::string("must be ") + what);
    return *wanted;
  }

  const StoredRun& run_;
  std::string prefix_;
};

// The fields of what consists of single values: one list for both directions. `S` is const where they are
// written.

template <class Fields, class S>
void each_field_of_random(Fields fields, S& state) {
  fields("seed", state.seed);
  fields("stream", state.stream);
  fields("drawn", state.drawn);
  fields("spare_normal", state.spare_normal);
  fields("has_spare_normal", state.has_spare_normal);
}

template <class Fields, class S>
void each_field_of_phase(Fields fields, S& state) {
  fields("phase", state.phase);
  fields("has_structure_begun", state.has_structure_begun);
  fields("peak_step", state.peak_step);
  fields("peak_semantic", state.peak_semantic);
  fields("overtake_step", state.overtake_step);
  fields("collapse_step", state.collapse_step);
}

template <class Fields, class S>
void each_field_of_watch(Fields fields, S& state) {
  fields("peak_step", state.peak_step);
  fields("records_since", state.records_since);
  fields("is_forgotten", state.is_forgotten);
}

template <class Fields, class S>
void each_field_of_checkpoint(Fields fields, S& checkpoint) {
  fields("preset", checkpoint.preset);
  fields("segment", checkpoint.segment);
  fields("step", checkpoint.step);
  fields("tick", checkpoint.tick);
  fields("state", checkpoint.state);
  fields("last_cross_entropy", checkpoint.last_cross_entropy);
  fields("has_unrecorded_change", checkpoint.has_unrecorded_change);
  fields("is_stop_due", checkpoint.is_stop_due);
  each_field_of_random(fields.below("noise"), checkpoint.noise);
}

template <class Fields, class S>
void each_field_of_embeddings(Fields fields, S& embeddings) {
  fields("segment", embeddings.segment);
  fields("step", embeddings.step);
  fields("tick", embeddings.tick);
  fields("penalty", embeddings.penalty);
  fields("smoothing", embeddings.smoothing);
}

}  // namespace gramscope
