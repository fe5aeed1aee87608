// multiply: the product of two values of one shape; or of an image [n, c, h, w] with a number a channel, [n,
// c, 1, 1] (squeeze and excitation; Hu et al., 2018), or with a mask, [n, 1, h, w].
#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

bool spreadsOver(const Shape& value, const Shape& factor) {
  if (value.size() != 3) return false;
  return factor == Shape{value[0], 1, 1} || factor == Shape{1, value[1], value[2]};
}

Shape infer(const Node& node, const Operands& operands) {
  const auto &first = operands.inputs[0], &second = operands.inputs[1];
  if (first == second || spreadsOver(first, second)) return first;
  if (spreadsOver(second, first)) return second;
  refuseNode(node, "inputs of shapes " + showShape(first) + " and " + showShape(second),
             "two of one shape, or an image and [channels, 1, 1] or [1, height, width]");
}

}  // namespace

Op multiply() {
  return {
      .name = "multiply", .inputs = 2, .infer = infer, .run = [](const Node&, const Arguments& arguments) {
        return arguments.inputs[0].mul(arguments.inputs[1]);
      }};
}

}  // namespace shellac::graph
