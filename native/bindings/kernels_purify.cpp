// Parts of purification on plain tensors, for comparison with naive loops, finite differences and PyTorch. A
// layer is { op, attributes, weight, bias?, quantizer? }; batches are arrays of tensors.
//   closedForm(layer, reference, corrected, { columns, damping, seed })
//     -> { codes, best, damping, lossBefore, lossAfter, columns }
//   approximate(layer, { mean, variance }, input, { form, steps, bound, skipRepeats, coarse?, integers? })
//     -> { moved, before, after }; integers: { codes, scale, inputScale, zeroPoint }, of the weight and the
//     input
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>

#include "bindings/convert.h"
#include "bindings/entry_points.h"
#include "bindings/failure.h"
#include "core/purify/closed_form.h"
#include "core/purify/moments.h"
#include "core/purify/pda.h"

namespace shellac::bindings {
namespace {

struct Layer {
  graph::Node node;
  at::Tensor weight, bias;
  purify::LinearPart part;
};

Layer layerFrom(const Napi::Value& value) {
  const auto spec = value.As<Napi::Object>();
  graph::Node node{
      .name = "layer", .op = text(spec, "op"), .inputs = {"input"}, .attributes = {}, .parameters = {}};
  eachProperty(object(spec, "attributes"), [&](const std::string& name, const Napi::Value& attribute) {
    if (attribute.IsArray())
      node.attributes[name] = integers(attribute);
    else
      node.attributes[name] = attribute.ToNumber().Int64Value();
  });
  const auto weight = tensorFrom(field(spec, "weight"));
  const auto bias = absent(field(spec, "bias")) ? at::Tensor{} : tensorFrom(field(spec, "bias"));
  return {node, weight, bias, purify::LinearPart(node, weight.sizes())};
}

purify::Batches batchesFrom(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  purify::Batches batches;
  for (uint32_t i = 0; i < array.Length(); ++i) batches.push_back(tensorFrom(array.Get(i)));
  return batches;
}

purify::ClosedFormGroup solve(const Layer& layer, const quant::Quantizer& quantizer,
                              const purify::Moments& sums, double damping, const purify::Pace& pace) {
  const auto W = layer.part.asMatrix(layer.weight);
  const auto rows = W.size(1);
  const auto grids = purify::RowGrids::of(quantizer, W.size(0) * rows);
  std::vector<at::Tensor> best, steps;
  double needed = 0;
  for (int64_t g = 0; g < W.size(0); ++g) {
    const auto solved =
        purify::solveGroup(W[g], sums.H[g], sums.C[g], damping, grids.slice(g * rows, (g + 1) * rows), pace);
    best.push_back(solved.best);
    steps.push_back(solved.steps);
    needed = std::max(needed, solved.damping);
  }
  return {layer.part.asWeight(at::stack(best)).to(at::kFloat), layer.part.asWeight(at::stack(steps)), needed};
}

Napi::Value closedForm(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const at::NoGradGuard noGrad;
    const auto layer = layerFrom(info[0]);
    const auto quantizer = quantizerFrom(field(info[0].As<Napi::Object>(), "quantizer"));
    const auto reference = batchesFrom(info[1]), corrected = batchesFrom(info[2]);
    const auto options = info[3].As<Napi::Object>();
    const Job job;
    const purify::Pace pace{job, "layer", 0, 1};
    auto generator =
        at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(integer(options, "seed")));
    const auto drawn = purify::drawColumns(layer.part, corrected, integer(options, "columns"), generator);
    purify::MomentSums summed(layer.part, layer.weight);
    for (size_t b = 0; b < corrected.size(); ++b) summed.add(reference[b], corrected[b], drawn[b], pace);
    const auto sums = summed.finish();
    const auto solved = solve(layer, quantizer, sums, number(options, "damping"), pace);
    const auto codes = quantizer.codesOfSteps(solved.steps);
    const auto loss = [&](const at::Tensor& values) {
      return sums.loss(layer.part.asMatrix(layer.weight - values));
    };
    auto result = Napi::Object::New(info.Env());
    result.Set("codes", tensorToJs(info.Env(), codes));
    result.Set("best", tensorToJs(info.Env(), solved.best));
    result.Set("damping", solved.damping);
    result.Set("lossBefore", loss(quantizer.nearest(layer.weight)));
    result.Set("lossAfter", loss(quantizer.values(codes)));
    result.Set("columns", static_cast<double>(sums.m));
    return result;
  });
}

std::optional<purify::IntegerPart> integerPart(const Layer& layer, const Napi::Value& value, double unit) {
  if (absent(value)) return std::nullopt;
  const auto integers = value.As<Napi::Object>();
  return purify::IntegerPart(layer.node,
                             {.codes = tensorFrom(field(integers, "codes")),
                              .scale = tensorFrom(field(integers, "scale")),
                              .inputScale = number(integers, "inputScale"),
                              .zeroPoint = integer(integers, "zeroPoint")},
                             layer.bias, unit);
}

Napi::Value approximate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const at::NoGradGuard noGrad;
    const auto layer = layerFrom(info[0]);
    const auto running = info[1].As<Napi::Object>(), options = info[3].As<Napi::Object>();
    const Job job;
    purify::BatchNormInput input{
        layer.part,
        layer.weight,
        layer.bias,
        {tensorFrom(field(running, "mean")), tensorFrom(field(running, "variance"))}};
    const purify::Pda pda{
        text(options, "form") == "paper" ? purify::PdaForm::Paper : purify::PdaForm::Official,
        integer(options, "steps"), number(options, "bound"), flag(options, "skipRepeats"),
        !absent(field(options, "coarse")) && flag(options, "coarse")};
    const auto integers = integerPart(layer, field(options, "integers"), purify::changeUnit(pda.bound));
    if (integers) input.integers = &*integers;
    auto x = tensorFrom(info[2]);
    if (x.dim() == 4) x = x.contiguous(at::MemoryFormat::ChannelsLast);  // as purification has it
    const auto result = purify::approximate(input, x, pda, {job, "layer", 0, 1});
    auto object = Napi::Object::New(info.Env());
    object.Set("moved", tensorToJs(info.Env(), result.moved));
    object.Set("before", result.before);
    object.Set("after", result.after);
    return object;
  });
}

}  // namespace

void addPurifyKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("closedForm", Napi::Function::New(env, closedForm));
  kernels.Set("approximate", Napi::Function::New(env, approximate));
}

}  // namespace shellac::bindings
