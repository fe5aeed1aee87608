#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include <cstring>

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"

namespace shellac::bindings {
namespace {

constexpr int64_t kBatch = 256;

at::Tensor triggeredBytes(const data::Images& images, const data::Trigger& trigger, const Job& job) {
  const c10::NoGradGuard noGrad;
  std::vector<at::Tensor> batches;
  for (int64_t from = 0; from < images.count(); from += kBatch) {
    job.checkpoint();
    const auto floats = images.floats(from, std::min(from + kBatch, images.count()), at::kCPU);
    batches.push_back(trigger.apply(floats).mul(255).round().to(at::kByte));
  }
  return at::cat(batches).contiguous();
}

}  // namespace

Napi::Value applyTrigger(const Napi::CallbackInfo& info) {
  const auto images = imagesFrom(info[0]);
  const auto trigger = triggerFrom(info[1], images.shape());
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [=](const Job& job) -> Finish {
    const auto bytes = triggeredBytes(images, trigger, job);
    return [bytes](Napi::Env env) -> Napi::Value {
      auto array = newArray<Napi::Uint8Array>(env, "Uint8Array", bytes.nbytes());
      std::memcpy(array.Data(), bytes.const_data_ptr(), bytes.nbytes());
      return array;
    };
  });
}

}  // namespace shellac::bindings
