// linear: [n, features] -> [n, out], y = x·weightᵀ + bias.
#include <ATen/ops/linear.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  const auto& weight = operands.parameters.at("weight");
  if (input.size() != 1) refuseNode(node, "an input of shape " + showShape(input), "[features], flattened");
  if (weight.size() != 2) refuseNode(node, "weight of shape " + showShape(weight), "[out, features]");
  expectParameter(node, operands, "weight", {weight[0], input[0]});
  expectParameter(node, operands, "bias", {weight[0]});
  return {weight[0]};
}

}  // namespace

Op linear() {
  return {.name = "linear",
          .roles = {{.name = "weight"}, {.name = "bias", .required = false}},
          .infer = infer,
          .run = [](const Node&, const Arguments& arguments) {
            return at::linear(arguments.inputs[0], arguments.parameter("weight"),
                              arguments.parameter("bias"));
          }};
}

}  // namespace shellac::graph
