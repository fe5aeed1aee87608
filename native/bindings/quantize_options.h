#pragma once
#include <napi.h>

#include "core/quant/quantization.h"

namespace shellac::bindings {

quant::Options quantizeOptionsFrom(const Napi::Object& options);

}  // namespace shellac::bindings
