// Runs a loop over the rows of several float tensors on the CPU, in parallel, whatever their memory formats.
#pragma once
#include <ATen/TensorIterator.h>

#include <array>
#include <cstddef>

namespace shellac {

// Pointers to the first elements of one row of every operand, and the row's length. Values lie side by side.
// `constant`: a parameter is one number for the whole row; otherwise they too lie side by side.
template <size_t N>
struct Row {
  std::array<float*, N> at;
  int64_t length;
  bool constant;
};

// `iterator`: float operands only, `Values` of them as large as the output, then parameters that broadcast.
// Where memory does not allow for longer rows they are of one element.
template <size_t N, size_t Values, bool constantOnly = true, class Work>
void eachRow(at::TensorIteratorBase& iterator, const Work& work) {
  constexpr auto kElement = static_cast<int64_t>(sizeof(float));
  iterator.for_each([&](char** data, const int64_t* strides, int64_t length, int64_t rows) {
    bool dense = true, constant = true, alike = !constantOnly;
    for (size_t k = 0; k < Values; ++k) dense = dense && strides[k] == kElement;
    for (size_t k = Values; k < N; ++k) {
      constant = constant && strides[k] == 0;
      alike = alike && strides[k] == kElement;
    }
    const bool whole = dense && (constant || alike);
    Row<N> row{.at = {}, .length = whole ? length : 1, .constant = constant || !whole};
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t i = 0; i < length; i += row.length) {
        for (size_t k = 0; k < N; ++k)
          row.at[k] = reinterpret_cast<float*>(data[k] + r * strides[N + k] + i * strides[k]);
        work(row);
      }
  });
}

}  // namespace shellac
