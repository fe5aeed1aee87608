#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "core/error.h"

namespace shellac::bindings {
namespace {

constexpr int64_t kBatch = 64;  // bounds memory, however many samples come

at::Tensor logits(const LoadedModel& loaded, const at::Tensor& input, at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;
  if (input.dim() != 4 || input.size(0) < 1)
    throw Error(Code::BadData, {.thing = "input",
                                .found = "shape " + showShape(input.sizes()),
                                .expected = "[n, c, h, w] with n of at least 1"});
  loaded.classes(input.sizes().slice(1).vec());
  const auto program = loaded.keptProgram(device);
  std::vector<at::Tensor> batches;
  for (int64_t from = 0; from < input.size(0); from += kBatch)
    batches.push_back(
        program->run({input.slice(0, from, from + kBatch).to(device)}, [&] { job.checkpoint(); })
            .front()
            .to(at::kCPU));
  return at::cat(batches);
}

}  // namespace

Napi::Value forward(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto input = floatsFrom(info[1], integers(info[2]));
  const auto options = jobOptionsFrom(info[3].As<Napi::Object>());
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [=](const Job& job) -> Finish {
    const auto output = logits(*loaded, input, options.enter(), job);
    return [output](Napi::Env env) -> Napi::Value {
      auto result = Napi::Object::New(env);
      result.Set("data", floatsToJs(env, output));
      result.Set("shape", toJs(env, output.sizes().vec()));
      return result;
    };
  });
}

}  // namespace shellac::bindings
