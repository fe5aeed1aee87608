#include "core/quant/observers/squared_error.h"

#include <algorithm>
#include <cstring>

namespace shellac::quant {

namespace {

// Four numbers at once, said outright: at -O2 the compiler doesn't find it in a plain loop, and is five times
// slower.
using Floats = float __attribute__((vector_size(16)));
using Ints = int32_t __attribute__((vector_size(16)));
constexpr int64_t kLanes = 4;

Floats load(const float* from) {
  Floats loaded;
  std::memcpy(&loaded, from, sizeof(loaded));
  return loaded;
}

// Clamped before it is floored, which is the same with integer bounds and keeps the conversion to int in its
// range.
Floats errorOf(Floats x, float scale, float low, float high) {
  Floats steps = x / scale + 0.5f;
  steps = steps < low ? Floats{} + low : steps;
  steps = steps > high ? Floats{} + high : steps;
  const Floats truncated = __builtin_convertvector(__builtin_convertvector(steps, Ints), Floats);
  const Floats floored = truncated > steps ? truncated - 1.0f : truncated;
  return floored * scale - x;
}

Floats weightedError(const float* x, const float* count, float scale, float low, float high) {
  const auto error = errorOf(load(x), scale, low, high);
  return count == nullptr ? error * error : error * error * load(count);
}

}  // namespace

double squaredError(const WeightedValues& values, float scale, float low, float high) {
  const auto [x, count, n] = values;
  const int64_t whole = n - n % kLanes;
  Floats sums = {};
  for (int64_t i = 0; i < whole; i += kLanes)
    sums += weightedError(x + i, count == nullptr ? nullptr : count + i, scale, low, high);
  float lastX[kLanes] = {};  // zeros past the end: their error is 0
  float lastCount[kLanes] = {};
  std::copy(x + whole, x + n, lastX);
  if (count != nullptr) std::copy(count + whole, count + n, lastCount);
  sums += weightedError(lastX, count == nullptr ? nullptr : lastCount, scale, low, high);
  return static_cast<double>(sums[0]) + sums[1] + sums[2] + sums[3];
}

}  // namespace shellac::quant
