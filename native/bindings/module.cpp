// The addon's table of contents.
#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <napi.h>
#include <torch/headeronly/version.h>

#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/job_options.h"
#include "core/error.h"

namespace shellac::bindings {
namespace {

using EntryPoint = Napi::Value (*)(const Napi::CallbackInfo&);

template <EntryPoint entry>
void expose(Napi::Env env, Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New(
                        env,
                        [](const Napi::CallbackInfo& info) {
                          return guarded(info.Env(), [&] { return entry(info); });
                        },
                        name));
}

Napi::Value halt(const Napi::CallbackInfo& info) {
  Engine::of(info.Env()).halt();
  return info.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(std::make_unique<Engine>(env).release());
  // A worker or a process that ends by itself: the thread must be gone before libtorch's statics are.
  env.AddCleanupHook([](Engine* engine) { engine->halt(); }, env.GetInstanceData<Engine>());

  expose<createModel>(env, exports, "createModel");
  expose<importTorchScript>(env, exports, "importTorchScript");
  expose<describe>(env, exports, "describe");
  expose<disposeModel>(env, exports, "disposeModel");
  expose<exportModel>(env, exports, "exportModel");
  expose<foldBatchNorm>(env, exports, "foldBatchNorm");
  expose<forward>(env, exports, "forward");
  expose<quantize>(env, exports, "quantize");
  expose<quantizeWith>(env, exports, "quantizeWith");
  expose<purify>(env, exports, "purify");
  expose<measure>(env, exports, "measure");
  expose<audit>(env, exports, "audit");
  expose<train>(env, exports, "train");
  expose<qura>(env, exports, "qura");
  expose<unlearn>(env, exports, "unlearn");
  expose<onCurve>(env, exports, "onCurve");
  expose<neuronImportance>(env, exports, "neuronImportance");
  expose<recordValues>(env, exports, "recordValues");
  expose<moveInputs>(env, exports, "moveInputs");
  expose<gradCam>(env, exports, "gradCam");
  expose<tSne>(env, exports, "tSne");
  expose<applyTrigger>(env, exports, "applyTrigger");
  expose<halt>(env, exports, "halt");
  expose<versions>(env, exports, "versions");
  expose<probeDevice>(env, exports, "probeDevice");

  auto kernels = Napi::Object::New(env);
  addGraphKernels(env, kernels);
  addQuantKernels(env, kernels);
  addDataFreeKernels(env, kernels);
  addPurifyKernels(env, kernels);
  addTrainKernels(env, kernels);
  addDefenceKernels(env, kernels);
  addRoundingKernels(env, kernels);
  addEmbeddingKernels(env, kernels);
  addAuditKernels(env, kernels);
  exports.Set("kernels", kernels);
  return exports;
}

}  // namespace

Napi::Value versions(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  result.Set("libtorch", TORCH_VERSION);
  return result;
}

Napi::Value probeDevice(const Napi::CallbackInfo& info) {
  const auto name = info[0].As<Napi::String>().Utf8Value();
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [name](const Job&) -> Finish {
    const auto device = JobOptions{.deviceName = name}.enter();
    const auto ones = at::ones({8, 8}, device);
    const auto sum = ones.matmul(ones).sum().item<double>();
    if (sum != 512)
      throw Error(Code::Device, {.thing = "device '" + name + "'",
                                 .found = "a wrong product: " + std::to_string(sum),
                                 .expected = "512",
                                 .remedy = "use another device"});
    return [name](Napi::Env env) -> Napi::Value {
      auto result = Napi::Object::New(env);
      result.Set("device", name);
      return result;
    };
  });
}

NODE_API_MODULE(shellac, init)

}  // namespace shellac::bindings
