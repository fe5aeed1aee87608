#include "core/graph/program/loops.h"

#include "core/wide.h"

namespace shellac::graph {

SHELLAC_WIDE void codesOf(uint8_t* __restrict codes, const float* __restrict x, int64_t n, float perUnit,
                          float zeroPoint) {
  for (int64_t i = 0; i < n; ++i) {
    const float shifted = x[i] * perUnit + zeroPoint + 0.5F;
    const float raised = shifted > 0 ? shifted : 0.0F;  // NaN too
    codes[i] = static_cast<uint8_t>(static_cast<int32_t>(raised < 255 ? raised : 255.0F));
  }
}

}  // namespace shellac::graph
