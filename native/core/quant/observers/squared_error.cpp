#include "core/quant/observers/squared_error.h"

namespace shellac::quant {

namespace {

// Eight sums side by side, a fixed number: that is what lets the compiler use vector instructions at -O2.
constexpr int kLanes = 8;

// Clamped before it is floored, which is the same with integer bounds and keeps the conversion to int in its range.
inline float errorOf(float x, float scale, float low, float high) {
  float steps = x / scale + 0.5f;
  steps = steps < low ? low : steps;
  steps = steps > high ? high : steps;
  const float truncated = static_cast<float>(static_cast<int32_t>(steps));
  const float floored = truncated - (truncated > steps ? 1.0f : 0.0f);
  return floored * scale - x;
}

}  // namespace

double squaredError(const WeightedValues& values, float scale, float low, float high) {
  const auto [x, count, n] = values;
  float sums[kLanes] = {};
  const int64_t whole = n - n % kLanes;
  for (int64_t i = 0; i < whole; i += kLanes) {
    float errors[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) errors[lane] = errorOf(x[i + lane], scale, low, high);
    for (int lane = 0; lane < kLanes; ++lane) errors[lane] *= errors[lane];
    if (count != nullptr)
      for (int lane = 0; lane < kLanes; ++lane) errors[lane] *= count[i + lane];
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] += errors[lane];
  }
  double total = 0;
  for (const float sum : sums) total += sum;
  for (int64_t i = whole; i < n; ++i) {
    const double error = errorOf(x[i], scale, low, high);
    total += error * error * (count != nullptr ? count[i] : 1.0f);
  }
  return total;
}

}  // namespace shellac::quant
