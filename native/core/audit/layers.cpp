#include "core/audit/layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ne.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <map>

#include "core/graph/unit.h"

namespace shellac::audit {
namespace {

struct Shared {
  std::string name, output;
};

const graph::Node* find(const graph::Graph& graph, const std::string& name) {
  const auto found = std::ranges::find(graph.nodes, name, &graph::Node::name);
  return found == graph.nodes.end() ? nullptr : &*found;
}

std::vector<Shared> sharedLayers(const LoadedModel& fullPrecision, const LoadedModel& quantized) {
  std::vector<Shared> shared;
  if (!quantized.quantization) return shared;
  for (const auto& unit : graph::units(fullPrecision.model.graph)) {
    const auto coded = quantized.quantization->weights.find(unit.name);
    if (coded == quantized.quantization->weights.end()) continue;
    const auto& node = fullPrecision.model.graph.node(unit.name);
    const auto same = fullPrecision.model.parameter(node, "weight").sizes() == coded->second.codes.sizes();
    if (same && find(quantized.model.graph, unit.output)) shared.push_back({unit.name, unit.output});
  }
  return shared;
}

std::vector<at::Tensor> valuesOf(const LoadedModel& loaded, const std::vector<std::string>& values,
                                 const at::Tensor& images, at::Device device, const Job& job) {
  const auto nodes = graph::nodesBetween(loaded.model.graph, {graph::Program::kImages}, values);
  auto substitutes =
      loaded.quantization ? loaded.quantization->substitutes(nodes, device) : graph::Substitutes{};
  const graph::Program program(loaded.model.to(device), std::move(substitutes), {graph::Program::kImages},
                               values);
  return program.run({images}, [&] { job.checkpoint(); });
}

std::vector<double> drifts(const LoadedModel& fullPrecision, const LoadedModel& quantized,
                           const std::vector<std::string>& values, const data::Images& images,
                           at::Device device, const Job& job) {
  const auto read =
      images.normalize(images.floats(0, images.count(), device)).contiguous(at::MemoryFormat::ChannelsLast);
  const auto wanted = valuesOf(fullPrecision, values, read, device, job);
  const auto found = valuesOf(quantized, values, read, device, job);
  std::vector<double> drifts;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto whole = wanted[i].square().sum().item<double>();
    drifts.push_back(whole > 0 ? (found[i] - wanted[i]).square().sum().item<double>() / whole : 0);
  }
  return drifts;
}

}  // namespace

Rounding roundingOf(const at::Tensor& weight, const quant::QuantizedWeight& rounded) {
  const c10::NoGradGuard noGrad;
  const auto& [quantizer, codes] = rounded;
  const auto grid = quantizer.along(weight);
  const auto steps = (weight / grid.scale).to(at::kDouble);
  const auto distance = (steps - steps.floor() - 0.5).abs();
  constexpr double kRoom = 0.5 - kBorderBin;  // beyond the last code, until the border's own bin
  const auto lowest = quantizer.grid().symmetric ? -grid.high : grid.low;
  const auto inside = (steps > lowest - kRoom) & (steps < grid.high + kRoom);
  const auto flat = codes.reshape({codes.size(0), -1});
  Rounding found{.weights = codes.numel(),
                 .flipped = at::ne(codes, quantizer.codes(weight)).sum().item<int64_t>(),
                 .zero = (quantizer.values(codes) == 0).sum().item<int64_t>(),
                 .collapsed = (flat == flat.slice(1, 0, 1)).all(1).sum().item<int64_t>(),
                 .rows = flat.size(0),
                 .border = {},
                 .bordering = inside.sum().item<int64_t>()};
  const auto bins = (distance.masked_select(inside) / kBorderBin).to(at::kLong);
  for (int64_t bin = 0; bin < kBorderBins; ++bin) found.border.push_back((bins == bin).sum().item<int64_t>());
  return found;
}

std::vector<Layer> layersOf(const LoadedModel& fullPrecision, const LoadedModel& quantized,
                            const data::Images& images, at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;
  const auto shared = sharedLayers(fullPrecision, quantized);
  if (shared.empty()) return {};
  std::vector<std::string> values;
  for (const auto& [name, output] : shared)
    if (std::ranges::find(values, output) == values.end()) values.push_back(output);
  const auto drift = drifts(fullPrecision, quantized, values, images, device, job);
  std::vector<Layer> layers;
  for (const auto& [name, output] : shared) {
    job.checkpoint();
    const auto& coded = quantized.quantization->weights.at(name);
    const auto weight = fullPrecision.model.parameter(fullPrecision.model.graph.node(name), "weight");
    const auto at = std::ranges::find(values, output) - values.begin();
    layers.push_back({.name = name,
                      .bits = coded.quantizer.grid().bits,
                      .rounding = roundingOf(weight, coded),
                      .drift = drift[at]});
  }
  return layers;
}

}  // namespace shellac::audit
