// The arithmetic of quantization on rows of floats, each a single pass over memory. Compiled for wider
// vectors too where the processor has them (loops.cpp), with the same results to the last bit.
#pragma once
#include <cstdint>

namespace shellac::quant {

// One channel's grid: scale, and the least and greatest number of steps from zero (infinite without a clamp).
struct Step {
  float scale, low, high;
};

// values[i] = clamp(floor(x[i] / scale + 0.5), low, high) · scale. May be done in place.
void roundRow(float* values, const float* x, int64_t n, Step step);

// The straight-through gradient: slope[i] = gradient[i] where x[i] is not clamped, 0 elsewhere.
void passRow(float* slope, const float* gradient, const float* x, int64_t n, Step step);

}  // namespace shellac::quant
