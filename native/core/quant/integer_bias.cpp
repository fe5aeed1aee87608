#include "core/quant/integer_bias.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/div.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "core/graph/fold_batch_norm.h"
#include "core/graph/parameters.h"
#include "core/graph/unit.h"

namespace shellac::quant {
namespace {

constexpr int64_t kSmallestOfKernels = 5;  // bits; codes of fewer are stored as 4-bit integers
constexpr double kLargestCode = 2147483647;

graph::Node& nodeOf(graph::Model& model, const std::string& name) {
  return *std::find_if(model.graph.nodes.begin(), model.graph.nodes.end(),
                       [&](const graph::Node& node) { return node.name == name; });
}

// What is multiplied and added behind the products of codes, a channel: an Affine whose weight is the gain.
graph::Affine behindProducts(const graph::Model& model, const graph::Unit& unit, const at::Tensor& bias,
                             bool folds) {
  const graph::Affine own{.weight = at::ones_like(bias), .bias = bias};
  return folds ? graph::foldInto(own, model, model.graph.node(*unit.batchNorm)) : own;
}

// A channel of which nothing is left has the scale 1, as in a file.
at::Tensor stepsOf(const Quantizer& weight, const Quantizer& value, const at::Tensor& gain) {
  const auto scale = weight.scale() * gain.abs();
  return value.scale() * at::where(scale.gt(0).logical_and(scale.isfinite()), scale, at::ones_like(scale));
}

void moveBias(graph::Model& model, const graph::Unit& unit, const QuantizedWeight& weight,
              const Quantization& quantization) {
  const auto value = quantization.activations.find(unit.input);
  if (value == quantization.activations.end()) return;
  if (std::min(weight.quantizer.grid().bits, value->second.grid().bits) < kSmallestOfKernels) return;
  const bool folds = unit.batchNorm && !quantization.activations.contains(unit.name);
  auto own = model.optionalParameter(model.graph.node(unit.name), "bias");
  if (!own.defined() && !folds) return;
  if (!own.defined()) own = at::zeros_like(model.parameter(model.graph.node(*unit.batchNorm), "runningMean"));

  const auto [gain, bias] = behindProducts(model, unit, own, folds);
  const auto steps = stepsOf(weight.quantizer, value->second, gain).to(at::kDouble);
  const auto codes = at::div(bias.to(at::kDouble), steps).add_(0.5).floor_();
  if (codes.abs().max().item<double>() > kLargestCode) return;
  auto& holder = nodeOf(model, folds ? *unit.batchNorm : unit.name);
  const auto held = model.optionalParameter(holder, "bias");
  const auto before = (held.defined() ? held : at::zeros_like(own)).to(at::kDouble);
  graph::setParameter(model, holder, "bias", (before + (codes * steps - bias)).to(at::kFloat));
}

}  // namespace

graph::Model withIntegerBiases(const graph::Model& model, const Quantization& quantization) {
  const at::NoGradGuard noGrad;
  auto moved = model;
  for (const auto& unit : graph::units(model.graph))
    if (const auto weight = quantization.weights.find(unit.name); weight != quantization.weights.end())
      moveBias(moved, unit, weight->second, quantization);
  return moved;
}

}  // namespace shellac::quant
