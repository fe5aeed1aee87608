// conv2d: [n, c, h, w] -> [n, o, h', w'], y = weight ⋆ x + bias, the channels in `groups` groups that do not
// mix.
#include <ATen/ops/conv2d.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"
#include "core/graph/ops/window.h"
#include "core/graph/ops/work.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& image = operands.inputs[0];
  const auto& weight = operands.parameters.at("weight");
  expectImage(node, image);
  if (weight.size() != 4)
    refuseNode(node, "weight of shape " + showShape(weight), "[out, in/groups, height, width]");
  const auto groups = node.integer("groups", 1);
  if (groups < 1 || image[0] % groups != 0 || weight[0] % groups != 0) {
    refuseNode(node, std::to_string(groups) + " groups",
               "a divisor of its " + std::to_string(image[0]) + " input and " + std::to_string(weight[0]) +
                   " output channels");
  }
  expectParameter(node, operands, "weight", {weight[0], image[0] / groups, weight[2], weight[3]});
  expectParameter(node, operands, "bias", {weight[0]});
  const auto sizes = Window::ofConv(node, weight).slide(node, image);
  const Shape made{weight[0], sizes[0], sizes[1]};
  expectWork(node, made, weight[1] * weight[2] * weight[3]);
  return made;
}

at::Tensor run(const Node& node, const Arguments& arguments) {
  const auto weight = arguments.parameter("weight");
  const auto window = Window::ofConv(node, weight.sizes().vec());
  return at::conv2d(arguments.inputs[0], weight, arguments.parameter("bias"), window.stride,
                    at::IntArrayRef(window.padding), window.dilation, node.integer("groups", 1));
}

}  // namespace

Op conv2d() {
  return {.name = "conv2d",
          .roles = {{.name = "weight"}, {.name = "bias", .required = false}},
          .infer = infer,
          .run = run};
}

}  // namespace shellac::graph
