#include "core/purify/unit_tail.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <limits>
#include <numeric>

#include "core/graph/program/clamp.h"
#include "core/rows.h"

namespace shellac::purify {

namespace {

constexpr float kInfinite = std::numeric_limits<float>::infinity();

struct Bounds {
  float low = -kInfinite, high = kInfinite;
};

// Of an activation or of nothing; none for any other op.
std::optional<Bounds> boundsOf(const graph::Node& node) {
  if (node.op == "identity" || node.op == "dropout") return Bounds{};
  const auto clamp = graph::clampOf(node);
  if (!clamp) return std::nullopt;
  return Bounds{static_cast<float>(clamp->low), static_cast<float>(clamp->high)};
}

// The activation of all nodes behind the linear part and its BN.
std::optional<Bounds> activation(const Problem& problem) {
  Bounds all;
  const auto& nodes = problem.unit.nodes;
  for (size_t i = problem.unit.batchNorm ? 2 : 1; i < nodes.size(); ++i) {
    const auto bounds = boundsOf(problem.model.graph.node(nodes[i]));
    if (!bounds) return std::nullopt;
    const bool bounded = all.low > -kInfinite || all.high < kInfinite;
    if (bounds->low == -kInfinite && bounds->high == kInfinite) continue;
    if (bounded) return std::nullopt;
    all = *bounds;
  }
  return all;
}

struct Affine {
  at::Tensor factor, offset;
};

Affine frozenNorm(const Problem& problem) {
  if (!problem.unit.batchNorm)
    return {at::ones({1}, problem.weight.options()), at::zeros({1}, problem.weight.options())};
  const auto& norm = problem.model.graph.node(*problem.unit.batchNorm);
  const auto given = [&](const std::string& role, const at::Tensor& otherwise) {
    return norm.parameters.count(role) != 0 ? problem.model.parameter(norm, role) : otherwise;
  };
  const auto mean = problem.model.parameter(norm, "runningMean");
  const auto variance = problem.model.parameter(norm, "runningVar");
  const auto factor = at::rsqrt(variance + norm.number("eps", 1e-5)) * given("weight", at::ones_like(mean));
  return {factor, given("bias", at::zeros_like(mean)) - mean * factor};
}

// One a thread, each on a cache line of its own.
struct alignas(64) Sum {
  double value = 0;
};

}  // namespace

UnitTail::UnitTail(Tail tail, at::Tensor factor, at::Tensor offset)
    : tail_(tail), factor_(std::move(factor)), offset_(std::move(offset)) {}

std::optional<UnitTail> UnitTail::of(const Problem& problem) {
  const auto bounds = activation(problem);
  if (!bounds || !problem.weight.is_cpu()) return std::nullopt;
  Tail tail{.low = bounds->low, .high = bounds->high, .quantized = false, .output = {1, 0, 0}};
  if (problem.outputQuantizer) {
    const auto grid = problem.outputQuantizer->along(problem.weight);
    if (grid.scale.numel() != 1) return std::nullopt;
    tail.quantized = true;
    tail.output = {grid.scale.item<float>(), grid.low.item<float>(), grid.high.item<float>()};
  }
  const auto [factor, offset] = frozenNorm(problem);
  return UnitTail(tail, factor, offset);
}

double UnitTail::differentiate(const at::Tensor& y, const at::Tensor& target, double slope) const {
  std::vector<int64_t> shape(y.dim(), 1);
  shape[1] = factor_.numel();
  const auto factor = factor_.view(shape), offset = offset_.view(shape);
  const auto wanted = target.contiguous(y.suggest_memory_format());
  auto iterator = at::TensorIteratorConfig()
                      .add_output(y)
                      .add_const_input(wanted)
                      .add_const_input(factor)
                      .add_const_input(offset)
                      .resize_outputs(false)
                      .build();
  std::vector<Sum> sums(at::get_num_threads());
  eachRow<4, 2, /*constantOnly=*/false>(iterator, [&](const Row<4>& row) {
    sums[at::get_thread_num()].value += tailRow(row.at[0], row.at[1], row.at[2], row.at[3], row.constant,
                                                row.length, tail_, static_cast<float>(slope));
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0,
                         [](double all, const Sum& sum) { return all + sum.value; });
}

}  // namespace shellac::purify
