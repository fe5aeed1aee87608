// batchNorm2d: [n, c, ...] -> the same, y = (x − μ)/sqrt(σ² + eps)·weight + bias per channel; a value of rank
// 1 works too. Frozen unless training; then μ and σ² are the batch's, and runningMean and runningVar move
// towards them by `momentum`.
#include <ATen/ops/batch_norm.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  if (input.size() == 2) refuseNode(node, "tokens, " + showShape(input), "[channels, ...]; no BN for tokens");
  for (const auto& [role, shape] : operands.parameters) expectParameter(node, operands, role, {input[0]});
  if (node.number("eps", 1e-5) <= 0)
    refuseNode(node, "eps is not positive", "a small positive number such as 1e-5");
  const auto momentum = node.number("momentum", 0.1);
  if (momentum < 0 || momentum > 1) refuseNode(node, "momentum is out of range", "a number from 0 to 1");
  return input;
}

at::Tensor run(const Node& node, const Arguments& arguments) {
  return at::batch_norm(arguments.inputs[0], arguments.parameter("weight"), arguments.parameter("bias"),
                        arguments.parameter("runningMean"), arguments.parameter("runningVar"),
                        arguments.training, node.number("momentum", 0.1), node.number("eps", 1e-5),
                        /*cudnn_enabled=*/true);
}

}  // namespace

Op batchNorm2d() {
  return {.name = "batchNorm2d",
          .roles = {{.name = "weight", .required = false},
                    {.name = "bias", .required = false},
                    {.name = "runningMean", .trainable = false},
                    {.name = "runningVar", .trainable = false, .nonNegative = true}},
          .infer = infer,
          .run = run};
}

}  // namespace shellac::graph
