// hardtanh: y = min(max(x, min), max).
#include <ATen/ops/hardtanh.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op hardtanh() {
  return {.name = "hardtanh",
          .infer =
              [](const Node& node, const Operands& operands) {
                if (node.number("min", -1) >= node.number("max", 1))
                  refuseNode(node, "min is not below max", "min < max");
                return operands.inputs[0];
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                return at::hardtanh(arguments.inputs[0], node.number("min", -1), node.number("max", 1));
              }};
}

}  // namespace shellac::graph
