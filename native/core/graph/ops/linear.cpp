// linear: [n, features] -> [n, out], y = x·weightᵀ + bias; [n, tokens, features] -> [n, tokens, out], each
// token by itself.
#include <ATen/ops/linear.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"
#include "core/graph/ops/work.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  const auto& weight = operands.parameters.at("weight");
  expectVectors(node, input);
  if (weight.size() != 2) refuseNode(node, "weight of shape " + showShape(weight), "[out, features]");
  expectParameter(node, operands, "weight", {weight[0], input.back()});
  expectParameter(node, operands, "bias", {weight[0]});
  auto made = input;
  made.back() = weight[0];
  expectWork(node, made, weight[1]);
  return made;
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
