#include "core/purify/loops.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/wide.h"

namespace shellac::purify {

namespace {

constexpr float kBeta1 = 0.9F, kBeta2 = 0.999F, kEpsilon = 1e-8F;
constexpr int64_t kBlock = 512;  // squares that are summed as floats before they go into a double

inline float steps(float x, float scale) { return std::floor(x / scale + 0.5F); }
inline float clamp(float x, float low, float high) {
  const float raised = x < low ? low : x;
  return raised > high ? high : raised;
}

template <bool quantized, bool constant>
inline __attribute__((always_inline)) float tailBlock(float* y, const float* target, const float* factor,
                                                      const float* offset, int64_t n, const Tail& tail,
                                                      float slope) {
  float sum = 0;
  const auto [low, high] = std::pair(tail.low, tail.high);
  const auto output = tail.output;
  const float f = factor[0], o = offset[0];
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) {
    const float gain = constant ? f : factor[i];
    const float z = y[i] * gain + (constant ? o : offset[i]);
    const float r = clamp(z, low, high);
    float passed = z > low ? gain * slope : 0.0F;
    passed = z < high ? passed : 0.0F;
    float v = r;
    if (quantized) {
      const float wanted = steps(r, output.scale);
      v = clamp(wanted, output.low, output.high) * output.scale;
      passed = wanted < output.low ? 0.0F : passed;
      passed = wanted > output.high ? 0.0F : passed;
    }
    const float error = v - target[i];
    sum += error * error;
    y[i] = 2 * error * passed;
  }
  return sum;
}

template <bool quantized, bool constant>
inline __attribute__((always_inline)) double tailBlocks(float* y, const float* target, const float* factor,
                                                        const float* offset, int64_t n, const Tail& tail,
                                                        float slope) {
  double sum = 0;
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t of = constant ? 0 : i;
    sum += tailBlock<quantized, constant>(y + i, target + i, factor + of, offset + of,
                                          std::min(kBlock, n - i), tail, slope);
  }
  return sum;
}

}  // namespace

SHELLAC_WIDE double tailRow(float* y, const float* target, const float* factor, const float* offset,
                            bool constant, int64_t n, const Tail& tail, float slope) {
  if (tail.quantized && constant) return tailBlocks<true, true>(y, target, factor, offset, n, tail, slope);
  if (tail.quantized) return tailBlocks<true, false>(y, target, factor, offset, n, tail, slope);
  if (constant) return tailBlocks<false, true>(y, target, factor, offset, n, tail, slope);
  return tailBlocks<false, false>(y, target, factor, offset, n, tail, slope);
}

SHELLAC_WIDE void offsetRow(const OffsetRow& row, int64_t n, quant::Step step, AdamStep adam) {
  const auto [alpha, first, second, values, gradient, weight] = row;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float wanted = steps(weight[i] + alpha[i], step.scale);
    float g = wanted < step.low ? 0.0F : gradient[i];
    g = wanted > step.high ? 0.0F : g;
    const float m = first[i] + (1 - kBeta1) * (g - first[i]);
    const float v = second[i] * kBeta2 + (1 - kBeta2) * g * g;
    const float moved = alpha[i] - adam.size * m / (std::sqrt(v) / adam.deviation + kEpsilon);
    first[i] = m;
    second[i] = v;
    alpha[i] = moved;
    values[i] = clamp(steps(weight[i] + moved, step.scale), step.low, step.high) * step.scale;
  }
}

}  // namespace shellac::purify
