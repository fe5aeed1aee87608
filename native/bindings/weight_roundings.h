#pragma once
#include <napi.h>

#include "core/quant/weight_rounding.h"

namespace shellac::bindings {

quant::WeightRounding weightRoundingFrom(const Napi::Object& rounding);  // WeightRounding of binding.d.ts

}  // namespace shellac::bindings
