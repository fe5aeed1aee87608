// Quantizer::nearest to the last bit, written over what is rounded: values of a pass are rounded where they
// lie.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/quant/quantizer.h"

namespace shellac::quant {

// x: float32, dense; left with its values rounded, and returned. One pass over memory on CPUs.
at::Tensor nearestInPlace(const Quantizer& quantizer, at::Tensor x);

}  // namespace shellac::quant
