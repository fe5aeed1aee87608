// multiply: the product of two images; one that has a single channel counts for all of the other's.
#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto &first = operands.inputs[0], &second = operands.inputs[1];
  expectImage(node, first);
  expectImage(node, second);
  const bool channels = first[0] == second[0] || first[0] == 1 || second[0] == 1;
  if (!channels || first[1] != second[1] || first[2] != second[2]) {
    refuseNode(node, "inputs of shapes " + showShape(first) + " and " + showShape(second),
               "two of one height and width, with as many channels or one");
  }
  return {std::max(first[0], second[0]), first[1], first[2]};
}

}  // namespace

Op multiply() {
  return {
      .name = "multiply", .inputs = 2, .infer = infer, .run = [](const Node&, const Arguments& arguments) {
        return arguments.inputs[0].mul(arguments.inputs[1]);
      }};
}

}  // namespace shellac::graph
