// layerNorm: [n, c], [n, tokens, c] or [n, c, h, w] -> the same, y = (x − μ)/sqrt(σ² + eps)·weight + bias, μ
// and σ² (over c, not c − 1) of each vector of c numbers by itself; of an image, of each position's channels.
#include <ATen/ops/layer_norm.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  const auto channels = input.size() == 3 ? input.front() : input.back();
  for (const auto& [role, shape] : operands.parameters) expectParameter(node, operands, role, {channels});
  if (node.number("eps", 1e-5) <= 0)
    refuseNode(node, "eps is not positive", "a small positive number such as 1e-5");
  return input;
}

at::Tensor run(const Node& node, const Arguments& arguments) {
  const bool image = arguments.inputs[0].dim() == 4;
  const auto x = image ? arguments.inputs[0].permute({0, 2, 3, 1}) : arguments.inputs[0];
  const auto made = at::layer_norm(x, {x.size(-1)}, arguments.parameter("weight"),
                                   arguments.parameter("bias"), node.number("eps", 1e-5));
  return image ? made.permute({0, 3, 1, 2}).contiguous() : made;
}

}  // namespace

Op layerNorm() {
  return {.name = "layerNorm",
          .roles = {{.name = "weight", .required = false}, {.name = "bias", .required = false}},
          .infer = infer,
          .run = run};
}

}  // namespace shellac::graph
