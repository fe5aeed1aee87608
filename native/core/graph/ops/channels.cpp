// channels: [n, c, h, w] -> [n, to − from, h, w], the channels from `from` up to, without, `to`.
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op channels() {
  return {.name = "channels",
          .infer =
              [](const Node& node, const Operands& operands) {
                const auto& image = operands.inputs[0];
                expectImage(node, image);
                const auto from = node.integer("from"), to = node.integer("to");
                expectRange(node, "from", {from}, 0, image[0] - 1);
                expectRange(node, "to", {to}, from + 1, image[0]);
                return Shape{to - from, image[1], image[2]};
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                return arguments.inputs[0].slice(1, node.integer("from"), node.integer("to")).contiguous();
              }};
}

}  // namespace shellac::graph
