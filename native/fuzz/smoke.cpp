// A program that makes a small model, runs it, quantizes it and runs it again: little enough for valgrind.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/remainder.h>

#include <cstdio>

#include "core/error.h"
#include "core/loaded_model.h"
#include "core/quant/quantization.h"

namespace {

using shellac::LoadedModel;
namespace graph = shellac::graph;
namespace quant = shellac::quant;

at::Tensor pattern(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const auto axis : shape) count *= axis;
  return at::remainder(at::arange(count, at::kFloat), 7).sub(3).mul(0.25).reshape(shape);
}

// A convolution with BN and ReLU, a pool, and a linear layer.
graph::Model network() {
  graph::Model model{.graph = {.inputShape = {1, 8, 8}, .nodes = {}, .output = "fc"}, .tensors = {}};
  auto& [shape, nodes, output] = model.graph;
  nodes.push_back({"input", "input", {}, {}, {}});
  nodes.push_back({"conv", "conv2d", {"input"}, {{"padding", int64_t{1}}}, {{"weight", "conv.weight"}}});
  nodes.push_back({"bn",
                   "batchNorm2d",
                   {"conv"},
                   {},
                   {{"weight", "ones"}, {"bias", "ones"}, {"runningMean", "ones"}, {"runningVar", "ones"}}});
  nodes.push_back({"relu", "relu", {"bn"}, {}, {}});
  nodes.push_back({"pool", "maxPool2d", {"relu"}, {{"kernel", int64_t{2}}}, {}});
  nodes.push_back({"flatten", "flatten", {"pool"}, {}, {}});
  nodes.push_back({"fc", "linear", {"flatten"}, {}, {{"weight", "fc.weight"}}});
  model.tensors = {{"conv.weight", pattern({4, 1, 3, 3})},
                   {"ones", at::ones({4}, at::kFloat)},
                   {"fc.weight", pattern({3, 64})}};
  return model;
}

double logitsOf(const LoadedModel& loaded) {
  loaded.check();
  return loaded.program(at::kCPU).run({pattern({2, 1, 8, 8})}).front().abs().sum().item<double>();
}

}  // namespace

int main() {
  const c10::NoGradGuard noGrad;
  at::set_num_threads(1);
  const auto model = network();
  const shellac::data::Images images{.pixels = at::full({4, 1, 8, 8}, 100, at::kByte),
                                     .labels = {},
                                     .mean = at::full({1}, 0.5, at::kFloat),
                                     .deviation = at::full({1}, 0.5, at::kFloat)};
  const quant::Options options{.preset = "minmax", .weightBits = 4, .activationBits = 8, .batch = 2};
  auto quantization = quant::quantizeNearest(model, images, options, at::kCPU, shellac::Job());
  const auto full = logitsOf({.model = model});
  const auto rounded = logitsOf(shellac::quantizedModel(model, std::move(quantization)));
  printf("%g at full precision, %g quantized\n", full, rounded);
  return full > 0 && rounded > 0 ? 0 : 1;
}
