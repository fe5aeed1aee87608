#include "core/quant/quantization.h"

#include <ATen/core/grad_mode.h>

#include <limits>

#include "core/error.h"
#include "core/quant/round_weights.h"

namespace shellac::quant {

std::optional<graph::IntegerWeight> integerWeight(const graph::Node& node, const QuantizedWeight& weight,
                                                  const std::map<std::string, Quantizer>& activations,
                                                  at::Device device) {
  const auto found = activations.find(node.inputs.front());
  if (found == activations.end() || !graph::integersPay(node, device)) return std::nullopt;
  const auto& input = found->second;
  const auto& grid = weight.quantizer.grid();
  const bool fits = grid.symmetric || grid.high() <= std::numeric_limits<int8_t>::max();
  if (!fits || input.grid().symmetric || input.grid().perChannel) return std::nullopt;
  const auto channels = weight.codes.size(0);
  const auto zeroPoints = weight.quantizer.zeroPoint().expand({channels}).view({-1, 1, 1, 1});
  return graph::IntegerWeight{.codes = weight.codes.to(at::kInt).sub_(zeroPoints).to(at::kChar),
                              .scale = weight.quantizer.scale().expand({channels}).contiguous(),
                              .inputScale = input.scale().item<double>(),
                              .zeroPoint = input.zeroPoint().item<int64_t>()};
}

graph::Substitutes Quantization::substitutes(const std::vector<const graph::Node*>& nodes, at::Device device,
                                             Arithmetic arithmetic) const {
  graph::Substitutes substitutes;
  const auto asIntegers = [&](const graph::Node& node, const QuantizedWeight& weight) {
    if (arithmetic == Arithmetic::Float) return false;
    auto integers = integerWeight(node, weight, activations, device);
    if (integers) substitutes.integers.emplace(node.name, std::move(*integers));
    return integers.has_value();
  };
  for (const auto* node : nodes) {
    if (const auto found = weights.find(node->name);
        found != weights.end() && !asIntegers(*node, found->second))
      substitutes.weights[node->name] = found->second.quantizer.values(found->second.codes).to(device);
    if (const auto found = activations.find(node->name); found != activations.end())
      substitutes.values[node->name] = [quantizer = found->second.to(device)](at::Tensor x) {
        return quantizer.nearestInPlace(std::move(x));
      };
  }
  return substitutes;
}

std::map<std::string, QuantizedWeight> quantizeWeights(const graph::Model& model, const Options& options,
                                                       const Job& job) {
  const auto nearest = [](const at::Tensor& weight, const Fit& fit, at::Generator&) -> QuantizedWeight {
    const auto quantizer = fit(weight);
    return {quantizer, quantizer.codes(weight)};
  };
  return roundWeights(model, options, nearest, /*seed=*/0, job);
}

Quantization quantizeNearest(const graph::Model& model, const data::Images& calibration,
                             const Options& options, at::Device device, const Job& job,
                             const Onlooker& onlooker) {
  const at::NoGradGuard noGrad;
  auto activations = calibrateActivations(model, calibration, options, device, job, onlooker);
  return {.preset = options.preset,
          .weightBits = options.weightBits,
          .activationBits = options.activationBits,
          .weights = quantizeWeights(model, options, job),
          .activations = std::move(activations)};
}

void checkCodes(const std::string& node, const QuantizedWeight& weight) {
  const auto& [quantizer, codes] = weight;
  const auto& grid = quantizer.grid();
  const auto refuse = [&](const std::string& found, const std::string& expected) {
    throw Error(Code::BadModel, {.thing = "codes of " + node, .found = found, .expected = expected});
  };
  if (codes.scalar_type() != (grid.symmetric ? at::kChar : at::kByte))
    refuse("another type",
           grid.symmetric ? "int8, since the grid is symmetric" : "uint8, since the grid is affine");
  if (codes.dim() < 1 || codes.numel() == 0) refuse("shape " + showShape(codes.sizes()), "a weight's shape");
  if (grid.perChannel && quantizer.scale().size(0) != codes.size(0))
    refuse(std::to_string(quantizer.scale().size(0)) + " scales",
           "one a channel, " + std::to_string(codes.size(0)));
  if (codes.min().item<int64_t>() < grid.low() || codes.max().item<int64_t>() > grid.high())
    refuse("a code off the grid", std::to_string(grid.low()) + " to " + std::to_string(grid.high()));
}

}  // namespace shellac::quant
