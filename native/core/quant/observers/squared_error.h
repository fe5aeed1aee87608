// The inner loop of the MSE search: Σ count · (q(x) − x)², read some eighty times over the same numbers.
#pragma once
#include <cstdint>

namespace shellac::quant {

struct WeightedValues {
  const float* x;
  const float* count;  // null: each counts once
  int64_t n;
};

// q(x) = scale · clamp(floor(x / scale + 0.5), low, high): low and high are the grid's less the zero point.
double squaredError(const WeightedValues& values, float scale, float low, float high);

}  // namespace shellac::quant
