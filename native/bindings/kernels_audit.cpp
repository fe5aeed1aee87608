// Parts of the audit on plain arrays, for comparison with naive loops.
//   inversionLosses(fullPrecision, quantized, images, { classes, mask, pattern, areaWeight })
//     -> { losses, mask, pattern }: L of each class, and the gradient of their sum by both logits
//   roundingOf(weight, codes, quantizer) -> { flipped, zero, collapsed, border, bordering }
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include "bindings/convert.h"
#include "bindings/entry_points.h"
#include "bindings/failure.h"
#include "bindings/handle.h"
#include "core/audit/layers.h"
#include "core/audit/trigger_inversion.h"

namespace shellac::bindings {
namespace {

Napi::Value inversionLosses(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const c10::AutoGradMode withGradients(true);
    const audit::Frozen fullPrecision(*modelOf(info[0]), at::kCPU), quantized(*modelOf(info[1]), at::kCPU);
    const auto images = imagesFrom(info[2]);
    const auto options = info[3].As<Napi::Object>();
    const audit::Stamps stamps{tensorFrom(field(options, "mask")).requires_grad_(),
                               tensorFrom(field(options, "pattern")).requires_grad_()};
    const auto losses = audit::inversionLosses(
        fullPrecision, quantized, images, images.floats(0, images.count(), at::kCPU), images.labels,
        at::tensor(integers(field(options, "classes"))), stamps, number(options, "areaWeight"));
    losses.sum().backward();
    auto result = Napi::Object::New(info.Env());
    result.Set("losses", floatsToJs(info.Env(), losses.detach()));
    result.Set("mask", floatsToJs(info.Env(), stamps.mask.grad()));
    result.Set("pattern", floatsToJs(info.Env(), stamps.pattern.grad()));
    return result;
  });
}

Napi::Value roundingOf(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto found = audit::roundingOf(tensorFrom(info[0]),
                                         {.quantizer = quantizerFrom(info[2]), .codes = tensorFrom(info[1])});
    auto result = Napi::Object::New(info.Env());
    result.Set("flipped", static_cast<double>(found.flipped));
    result.Set("zero", static_cast<double>(found.zero));
    result.Set("collapsed", static_cast<double>(found.collapsed));
    result.Set("bordering", static_cast<double>(found.bordering));
    result.Set("border", toJs(info.Env(), found.border));
    return result;
  });
}

}  // namespace

void addAuditKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("inversionLosses", Napi::Function::New(env, inversionLosses));
  kernels.Set("roundingOf", Napi::Function::New(env, roundingOf));
}

}  // namespace shellac::bindings
