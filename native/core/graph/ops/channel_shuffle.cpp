// channelShuffle: [n, c, h, w] -> the same, channel i·c/groups + j becomes channel j·groups + i (Zhang et
// al., 2018).
#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op channelShuffle() {
  return {.name = "channelShuffle",
          .infer =
              [](const Node& node, const Operands& operands) {
                const auto& image = operands.inputs[0];
                expectImage(node, image);
                const auto groups = node.integer("groups");
                if (groups < 1 || image[0] % groups != 0)
                  refuseNode(node, std::to_string(groups) + " groups on an input of " + showShape(image),
                             "a divisor of its channels");
                return image;
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                const auto& x = arguments.inputs[0];
                const auto groups = node.integer("groups");
                return x.reshape({x.size(0), groups, x.size(1) / groups, x.size(2), x.size(3)})
                    .transpose(1, 2)
                    .reshape(x.sizes());
              }};
}

}  // namespace shellac::graph
