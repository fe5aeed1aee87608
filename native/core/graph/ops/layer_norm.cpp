// layerNorm: [n, c] or [n, tokens, c] -> the same, y = (x − μ)/sqrt(σ² + eps)·weight + bias, μ and σ² (over
// c, not c − 1) of each vector of c numbers by itself.
#include <ATen/ops/layer_norm.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  expectVectors(node, input);
  for (const auto& [role, shape] : operands.parameters) expectParameter(node, operands, role, {input.back()});
  if (node.number("eps", 1e-5) <= 0)
    refuseNode(node, "eps is not positive", "a small positive number such as 1e-5");
  return input;
}

at::Tensor run(const Node& node, const Arguments& arguments) {
  const auto& x = arguments.inputs[0];
  return at::layer_norm(x, {x.size(-1)}, arguments.parameter("weight"), arguments.parameter("bias"),
                        node.number("eps", 1e-5));
}

}  // namespace

Op layerNorm() {
  return {.name = "layerNorm",
          .roles = {{.name = "weight", .required = false}, {.name = "bias", .required = false}},
          .infer = infer,
          .run = run};
}

}  // namespace shellac::graph
