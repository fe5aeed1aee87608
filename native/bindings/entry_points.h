// One function an entry of binding.d.ts; each file of this folder that implements some is named after its
// verb.
#pragma once
#include <napi.h>

namespace shellac::bindings {

Napi::Value createModel(const Napi::CallbackInfo& info);
Napi::Value importTorchScript(const Napi::CallbackInfo& info);
Napi::Value describe(const Napi::CallbackInfo& info);
Napi::Value disposeModel(const Napi::CallbackInfo& info);
Napi::Value exportModel(const Napi::CallbackInfo& info);
Napi::Value foldBatchNorm(const Napi::CallbackInfo& info);
Napi::Value forward(const Napi::CallbackInfo& info);
Napi::Value quantize(const Napi::CallbackInfo& info);
Napi::Value quantizeWith(const Napi::CallbackInfo& info);
Napi::Value purify(const Napi::CallbackInfo& info);
Napi::Value measure(const Napi::CallbackInfo& info);
Napi::Value audit(const Napi::CallbackInfo& info);
Napi::Value train(const Napi::CallbackInfo& info);
Napi::Value qura(const Napi::CallbackInfo& info);
Napi::Value unlearn(const Napi::CallbackInfo& info);
Napi::Value onCurve(const Napi::CallbackInfo& info);
Napi::Value neuronImportance(const Napi::CallbackInfo& info);
Napi::Value recordValues(const Napi::CallbackInfo& info);
Napi::Value moveInputs(const Napi::CallbackInfo& info);
Napi::Value gradCam(const Napi::CallbackInfo& info);
Napi::Value tSne(const Napi::CallbackInfo& info);
Napi::Value applyTrigger(const Napi::CallbackInfo& info);
Napi::Value versions(const Napi::CallbackInfo& info);
Napi::Value probeDevice(const Napi::CallbackInfo& info);

// Test and research hooks, onto the `kernels` object.
void addGraphKernels(Napi::Env env, Napi::Object kernels);
void addQuantKernels(Napi::Env env, Napi::Object kernels);
void addDataFreeKernels(Napi::Env env, Napi::Object kernels);
void addPurifyKernels(Napi::Env env, Napi::Object kernels);
void addTrainKernels(Napi::Env env, Napi::Object kernels);
void addDefenceKernels(Napi::Env env, Napi::Object kernels);
void addRoundingKernels(Napi::Env env, Napi::Object kernels);
void addEmbeddingKernels(Napi::Env env, Napi::Object kernels);
void addAuditKernels(Napi::Env env, Napi::Object kernels);

}  // namespace shellac::bindings
