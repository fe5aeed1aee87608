// The inner loops of programs.
#pragma once
#include <cstdint>

namespace shellac::graph {

// codes = x · perUnit + zeroPoint, to the nearest, 0 .. 255.
void codesOf(uint8_t* codes, const float* x, int64_t n, float perUnit, float zeroPoint);

}  // namespace shellac::graph
