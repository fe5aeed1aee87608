#include "core/measure/moved_inputs.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "core/error.h"
#include "core/graph/unit.h"
#include "core/part.h"

namespace shellac::measure {
namespace {

graph::Unit unitWithNorm(const graph::Graph& graph, const std::string& name) {
  for (auto& unit : graph::units(graph))
    if (unit.name == name && unit.batchNorm) return unit;
  throw Error(Code::BadOption, {.thing = "unit " + name,
                                .found = "no BN that reads it",
                                .expected = "a conv or linear with a BN behind it",
                                .remedy = "`shellac inspect` lists the units and their BNs."});
}

at::Tensor weightOf(const LoadedModel& loaded, const graph::Node& node, at::Device device) {
  if (loaded.quantization)
    if (const auto coded = loaded.quantization->weights.find(node.name);
        coded != loaded.quantization->weights.end())
      return coded->second.quantizer.values(coded->second.codes).to(device);
  return loaded.model.parameter(node, "weight").to(device);
}

}  // namespace

MovedInputs moveInputs(const LoadedModel& loaded, const data::Images& images, const Wanted& wanted,
                       const purify::Pda& pda, const Sampling& sampling, at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;
  loaded.classes(images.shape());
  const auto unit = unitWithNorm(loaded.model.graph, wanted.value);
  const auto& node = loaded.model.graph.node(unit.name);
  const auto& norm = loaded.model.graph.node(*unit.batchNorm);
  const auto weight = weightOf(loaded, node, device);
  const auto given = [&](const graph::Node& of, const std::string& role) {
    const auto tensor = loaded.model.optionalParameter(of, role);
    return tensor.defined() ? tensor.to(device) : tensor;
  };
  const purify::LinearPart linear(node, weight.sizes());
  const purify::BatchNormInput layer{.part = linear,
                                     .weight = weight,
                                     .bias = given(node, "bias"),
                                     .running = {given(norm, "runningMean"), given(norm, "runningVar")}};
  const purify::Pace pace{job, unit.name};
  const auto prefix = part(loaded, {graph::Program::kImages}, {unit.input}, device);
  Record still(wanted, sampling, images.count()), moved(wanted, sampling, images.count());
  MovedInputs result;
  for (int64_t from = 0; from < images.count(); from += sampling.batch) {
    const auto to = std::min(from + sampling.batch, images.count());
    job.checkpoint({.stage = "pda", .name = unit.name, .unit = from, .units = images.count()});
    const auto read =
        images.normalize(images.floats(from, to, device)).contiguous(at::MemoryFormat::ChannelsLast);
    const auto input = prefix.run({read}, [&] { job.checkpoint(); }).front();
    const auto found = purify::approximate(layer, input, pda, pace);
    still.add(linear.forward(input, weight, layer.bias));
    moved.add(linear.forward(found.moved, weight, layer.bias));
    const auto share = static_cast<double>(to - from) / static_cast<double>(images.count());
    result.before += share * found.before;
    result.after += share * found.after;
  }
  result.still = still.finish();
  result.moved = moved.finish();
  return result;
}

}  // namespace shellac::measure
