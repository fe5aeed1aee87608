#include "core/processor.h"

#include <ATen/Context.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SHELLAC_HAS(feature) (__builtin_cpu_supports(feature) != 0)
#else
#define SHELLAC_HAS(feature) false
#endif

namespace shellac {

namespace {

bool oneDnn(at::Device device) { return device.is_cpu() && at::globalContext().userEnabledMkldnn(); }

}  // namespace

bool fastBfloat16(at::Device device) { return oneDnn(device) && SHELLAC_HAS("amx-bf16"); }

bool fastBytes(at::Device device) { return oneDnn(device) && SHELLAC_HAS("amx-int8"); }

}  // namespace shellac
