// dropout: the identity; in training every number is dropped with probability p, the others divided by 1 − p.
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto p = node.number("p", 0.5);
  if (p < 0 || p > 1) refuseNode(node, "p is out of range", "a probability from 0 to 1");
  return operands.inputs[0];
}

at::Tensor run(const Node& node, const Arguments& arguments) {
  const auto& x = arguments.inputs[0];
  const auto keep = 1 - node.number("p", 0.5);
  if (!arguments.training || keep == 1) return x;
  if (keep == 0) return x.mul(at::zeros_like(x));
  return x.mul(at::empty_like(x).bernoulli_(keep, arguments.generator).div_(keep));
}

}  // namespace

Op dropout() { return {.name = "dropout", .infer = infer, .run = run}; }

}  // namespace shellac::graph
