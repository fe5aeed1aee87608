#include "core/quant/loops.h"

#include <cmath>

#include "core/wide.h"

namespace shellac::quant {

namespace {

inline float steps(float x, float scale) { return std::floor(x / scale + 0.5F); }

}  // namespace

SHELLAC_WIDE void roundRow(float* values, const float* x, int64_t n, Step step) {
#pragma omp simd  // values may be x itself, which the compiler would otherwise take a number at a time
  for (int64_t i = 0; i < n; ++i) {
    const float wanted = steps(x[i], step.scale);
    const float raised = wanted < step.low ? step.low : wanted;
    values[i] = (raised > step.high ? step.high : raised) * step.scale;
  }
}

SHELLAC_WIDE void passRow(float* slope, const float* gradient, const float* x, int64_t n, Step step) {
  for (int64_t i = 0; i < n; ++i) {
    const float wanted = steps(x[i], step.scale);
    const float kept = wanted < step.low ? 0.0F : gradient[i];
    slope[i] = wanted > step.high ? 0.0F : kept;
  }
}

}  // namespace shellac::quant
