#pragma once
#include <napi.h>

#include "core/purify/purify.h"

namespace shellac::bindings {

// RoundingOptions of binding.d.ts; the defaults where there are none.
purify::Rounding roundingFrom(const Napi::Value& options);

}  // namespace shellac::bindings
