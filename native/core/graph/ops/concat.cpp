// concat: [n, a, h, w] and [n, b, h, w] -> [n, a + b, h, w], the channels of both.
#include <ATen/ops/cat.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto &first = operands.inputs[0], &second = operands.inputs[1];
  expectImage(node, first);
  expectImage(node, second);
  if (first[1] != second[1] || first[2] != second[2]) {
    refuseNode(node, "inputs of shapes " + showShape(first) + " and " + showShape(second),
               "two of one height and width");
  }
  return {first[0] + second[0], first[1], first[2]};
}

}  // namespace

Op concat() {
  return {.name = "concat", .inputs = 2, .infer = infer, .run = [](const Node&, const Arguments& arguments) {
            return at::cat({arguments.inputs[0], arguments.inputs[1]}, 1);
          }};
}

}  // namespace shellac::graph
