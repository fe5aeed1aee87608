// multiply: the product of two values of one shape, or of an image [n, c, h, w] and a number a channel,
// [n, c, 1, 1], which is what squeeze and excitation ends in (Hu et al., 2018).
#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto &value = operands.inputs[0], &gate = operands.inputs[1];
  const bool perChannel = value.size() == 3 && gate == Shape{value[0], 1, 1};
  if (value != gate && !perChannel) {
    refuseNode(node, "inputs of shapes " + showShape(value) + " and " + showShape(gate),
               "two of one shape, or an image and [channels, 1, 1]");
  }
  return value;
}

}  // namespace

Op multiply() {
  return {
      .name = "multiply", .inputs = 2, .infer = infer, .run = [](const Node&, const Arguments& arguments) {
        return arguments.inputs[0].mul(arguments.inputs[1]);
      }};
}

}  // namespace shellac::graph
