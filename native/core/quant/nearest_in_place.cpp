#include "core/quant/nearest_in_place.h"

#include <ATen/TensorIterator.h>

namespace shellac::quant {
namespace {

struct Rounding {
  float scale, low, high;  // bounds of floor(x / scale + 0.5)

  // Bounding before rounding down is the same, since the bounds are whole, and leaves numbers so small that
  // adding and taking away 1.5·2^23 rounds them to whole ones: no processor is too old for these operations.
  // NaN stays NaN.
  float operator()(float x) const {
    constexpr float whole = 12582912.0F;
    float v = x / scale + 0.5F;
    v = v < low ? low : v;
    v = v > high ? high : v;
    const float near = (v + whole) - whole;
    return (near - (near > v ? 1.0F : 0.0F)) * scale;
  }

  // In blocks of a fixed length, for which a compiler uses the processor's vectors.
  void over(float* x, int64_t n) const {
    constexpr int64_t block = 16;
    int64_t i = 0;
    for (; i + block <= n; i += block)
      for (int64_t k = 0; k < block; ++k) x[i + k] = (*this)(x[i + k]);
    for (; i < n; ++i) x[i] = (*this)(x[i]);
  }
};

Rounding roundingOf(const Quantizer& quantizer) {
  const auto zeroPoint = quantizer.zeroPoint().item<int64_t>();
  const auto& grid = quantizer.grid();
  return {quantizer.scale().item<float>(), static_cast<float>(grid.low() - zeroPoint),
          static_cast<float>(grid.high() - zeroPoint)};
}

}  // namespace

at::Tensor nearestInPlace(const Quantizer& quantizer, at::Tensor x) {
  if (!x.device().is_cpu() || x.scalar_type() != at::kFloat || quantizer.grid().perChannel)
    return x.copy_(quantizer.nearest(x));
  const auto rounding = roundingOf(quantizer);
  // libtorch's own loop over tensors, which knows strides and threads: `rows` runs of n numbers.
  const auto over = [&](char** data, const int64_t* strides, int64_t n, int64_t rows) {
    for (int64_t row = 0; row < rows; ++row) {
      char* first = data[0] + row * strides[1];
      if (strides[0] == sizeof(float)) {
        rounding.over(reinterpret_cast<float*>(first), n);
        continue;
      }
      for (int64_t i = 0; i < n; ++i) rounding.over(reinterpret_cast<float*>(first + i * strides[0]), 1);
    }
  };
  at::TensorIterator::borrowing_nullary_op(x).for_each(over);
  return x;
}

}  // namespace shellac::quant
