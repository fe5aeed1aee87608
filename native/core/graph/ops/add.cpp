// add: the sum of two values of one shape.
#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op add() {
  return {.name = "add",
          .inputs = 2,
          .infer =
              [](const Node& node, const Operands& operands) {
                if (operands.inputs[0] != operands.inputs[1]) {
                  refuseNode(node,
                             "inputs of shapes " + showShape(operands.inputs[0]) + " and " +
                                 showShape(operands.inputs[1]),
                             "two of one shape");
                }
                return operands.inputs[0];
              },
          .run = [](const Node&,
                    const Arguments& arguments) { return arguments.inputs[0].add(arguments.inputs[1]); }};
}

}  // namespace shellac::graph
