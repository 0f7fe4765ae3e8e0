#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/io/byte_stream.h"
#include "core/linalg/types.h"
#include "core/tasks/task_work.h"

namespace gramscope {

/// What the elements of an array in a file are.
enum class ElementKind {
  real,      ///< IEEE 754 of 2, 4 or 8 bytes
  brain,     ///< bfloat16: the upper half of a 4-byte real
  integer,   ///< two's complement of 1, 2, 4 or 8 bytes
  natural,   ///< the same without a sign
  truth,     ///< a byte
  text,      ///< UTF-32, padded with zeros
  octets,    ///< UTF-8, padded with zeros
  unread,    ///< known by its size alone
};

struct ElementType {
  ElementKind kind = ElementKind::unread;
  std::size_t bytes = 0;    ///< of an element
  bool is_swapped = false;  ///< big endian
  std::string name;         ///< "float32": as NumPy and PyTorch call it

  bool is_real() const { return kind == ElementKind::real || kind == ElementKind::brain; }
  bool is_integer() const {
    return kind == ElementKind::integer || kind == ElementKind::natural || kind == ElementKind::truth;
  }
  bool is_text() const { return kind == ElementKind::text || kind == ElementKind::octets; }
};

/// How an array lies in a file: its elements one after another, the last index running fastest, or the first in Fortran
/// order.
struct StoredArray {
  ElementType type;
  std::vector<std::size_t> shape;  ///< empty for a single value
  bool is_fortran = false;
};

/// "(5000, 1024)", as Python writes it.
std::string shape_text(const std::vector<std::size_t>& shape);

/// The number of elements. Throws InputError unless they take exactly the bytes that are left in the stream; it is
/// computed so that no product overflows.
std::size_t checked_count(const StoredArray& array, const ByteStream& stream);

/// The sixteen bits of an IEEE half, exactly.
double half_value(std::uint16_t bits);

/// Turns `count` elements as they lie in a file, numbers or truth values, into doubles, exactly but for integers beyond 2^53.
void convert_to_reals(const char* from, std::size_t count, const ElementType& type, double* to);

/// The reads below take a whole array off a stream, block by block, finish it, and report to `work`; `what` is what it is
/// told. They throw InputError, and Cancelled.

enum class Placing {
  as_rows,     ///< R×C in the file becomes R×C
  as_columns,  ///< R×C in the file becomes C×R: rows of the file are columns of the matrix
};

/// A two-dimensional array of numbers. Memory: the matrix and a few MiB.
MatrixD read_matrix(ByteStream& stream, const StoredArray& array, Placing placing, const TaskWork& work = {},
                    const std::string& what = {});

/// Integers of any shape in C order. Refused: those beyond 64 bits with a sign.
std::vector<std::int64_t> read_integers(ByteStream& stream, const StoredArray& array, const TaskWork& work = {},
                                        const std::string& what = {});

/// The most UTF-8 and the most texts that are kept of a list.
inline constexpr std::size_t kMostTextBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMostTexts = std::size_t{1} << 20;

/// A one-dimensional array of texts as UTF-8. Refused: what is not Unicode, a text of more than 65,536 characters, more
/// than kMostTexts or kMostTextBytes.
std::vector<std::string> read_texts(ByteStream& stream, const StoredArray& array, const TaskWork& work = {},
                                    const std::string& what = {});

}  // namespace gramscope
