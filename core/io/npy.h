#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/io/stored_array.h"
#include "core/linalg/types.h"
#include "core/registry/error.h"

namespace gramscope {

/// An array as NumPy stores it: values in C order (the last index runs fastest). Text is UTF-8.
struct Array {
  using Values = std::variant<std::vector<double>, std::vector<float>, std::vector<std::int64_t>,
                              std::vector<bool>, std::vector<std::string>>;
  std::vector<std::size_t> shape;  ///< empty for a single value
  Values values;

  friend bool operator==(const Array&, const Array&) = default;
};

/// The product of the extents.
std::size_t element_count(const std::vector<std::size_t>& shape);

/// A matrix as a two-dimensional array; row i of the matrix is row i of the array.
Array matrix_array(const Eigen::Ref<const MatrixD>& matrix);
/// One-dimensional.
Array real_array(std::vector<double> values);
Array integer_array(std::vector<std::int64_t> values, std::vector<std::size_t> shape);
/// A list of texts, one-dimensional.
Array text_array(std::vector<std::string> values);

/// The .npy file of an array (format 1.0, little endian): '<f8', '<f4', '<i8', '|b1' or '<U' with the width
/// of the longest text. Throws RuntimeError if the shape does not hold the values.
std::string npy_bytes(const Array& array);

/// Takes the header of a .npy file of format 1 to 3 off the stream, which leaves the elements: a Python literal of at most
/// 65,536 bytes and 32 dimensions. Throws InputError "where: place: problem"; for the pickled Python objects of an object
/// array PickledArray. Reals of 2 to 8 bytes, integers of 1 to 8, booleans, text and octets, in either byte order; an
/// array of another type (complex numbers, dates, records) has ElementKind::unread.
StoredArray take_npy_header(ByteStream& stream);

/// An array of Python objects, which only Python can read.
class PickledArray : public InputError {
 public:
  using InputError::InputError;
};

/// Reads a .npy file: what take_npy_header() knows, in C or Fortran order. Nothing is allocated before the size is
/// checked against the bytes that are there. Throws InputError "where: place: problem"; `where` names the file. Halves
/// become floats, all integers 64 bits with a sign.
Array parse_npy(std::string_view bytes, const std::string& where);

/// The same from a stream.
Array read_npy(ByteStream& stream);

}  // namespace gramscope
