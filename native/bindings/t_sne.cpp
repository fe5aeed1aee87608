// Beside the entry point its parts, as kernels, on arrays of numbers (float64):
//   tSneAffinities(points, n, perplexity) -> { conditional, joint }, n² numbers each
//   tSneDivergence(joint, places)         -> { cost, gradient }
#include "core/measure/t_sne.h"

#include <ATen/ops/tensor.h>

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/job_options.h"

namespace shellac::bindings {
namespace {

at::Tensor doubles(const Napi::Value& array, std::vector<int64_t> shape) {
  return at::tensor(numbers(array), at::kDouble).view(shape);
}

Napi::Float64Array doublesToJs(Napi::Env env, const at::Tensor& tensor) {
  const auto flat = tensor.cpu().to(at::kDouble).contiguous();
  auto array = newArray<Napi::Float64Array>(env, "Float64Array", flat.numel());
  std::copy_n(flat.const_data_ptr<double>(), flat.numel(), array.Data());
  return array;
}

Napi::Value tSneAffinities(const Napi::CallbackInfo& info) {
  const auto points = doubles(info[0], {info[1].As<Napi::Number>().Int64Value(), -1});
  const auto rows = measure::conditionalAffinities(points, info[2].As<Napi::Number>().DoubleValue(), Job());
  auto result = Napi::Object::New(info.Env());
  result.Set("conditional", doublesToJs(info.Env(), rows));
  result.Set("joint", doublesToJs(info.Env(), measure::jointAffinities(rows)));
  return result;
}

Napi::Value tSneDivergence(const Napi::CallbackInfo& info) {
  const auto places = doubles(info[1], {-1, 2});
  const auto joint = doubles(info[0], {places.size(0), -1});
  auto result = Napi::Object::New(info.Env());
  result.Set("cost", measure::divergence(joint, places));
  result.Set("gradient", doublesToJs(info.Env(), measure::divergenceGradient(joint, places)));
  return result;
}

}  // namespace

Napi::Value tSne(const Napi::CallbackInfo& info) {
  const auto points = floatsFrom(info[0], integers(info[1]));
  const auto options = info[2].As<Napi::Object>();
  const auto jobOptions = jobOptionsFrom(options);
  const measure::TsneOptions settings{.perplexity = number(options, "perplexity"),
                                      .iterations = integer(options, "iterations"),
                                      .seed = jobOptions.seed};
  return Engine::of(info.Env()).start(info.Env(), info[3], [=](const Job& job) -> Finish {
    const auto found = measure::tSne(points.to(jobOptions.enter()), settings, job);
    return [found](Napi::Env env) -> Napi::Value {
      auto object = Napi::Object::New(env);
      object.Set("places", doublesToJs(env, found.places));
      object.Set("divergence", found.divergence);
      return object;
    };
  });
}

void addEmbeddingKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("tSneAffinities", Napi::Function::New(env, tSneAffinities));
  kernels.Set("tSneDivergence", Napi::Function::New(env, tSneDivergence));
}

}  // namespace shellac::bindings
