#include "core/graph/ops/window.h"

#include "core/error.h"
#include "core/graph/ops/judge.h"
#include "core/graph/ops/work.h"

namespace shellac::graph {

Window Window::ofPool(const Node& node) {
  auto kernel = node.pair("kernel", {});
  if (kernel.empty()) kernel = node.integers("kernel");  // missing: refused there by name
  auto stride = node.pair("stride", kernel);
  return {std::move(kernel), std::move(stride), node.pair("padding", {0, 0}), node.pair("dilation", {1, 1}),
          node.flag("ceilMode", false)};
}

Window Window::ofConv(const Node& node, const Shape& weight) {
  return {{weight[2], weight[3]},
          node.pair("stride", {1, 1}),
          node.pair("padding", {0, 0}),
          node.pair("dilation", {1, 1})};
}

std::vector<int64_t> Window::slide(const Node& node, const Shape& image) const {
  expectRange(node, "kernel", kernel, 1, largestWindow);
  expectRange(node, "stride", stride, 1, largestWindow);
  expectRange(node, "padding", padding, 0, largestWindow);
  expectRange(node, "dilation", dilation, 1, largestWindow);
  std::vector<int64_t> sizes;
  for (size_t axis = 0; axis < 2; ++axis) {
    const int64_t size = image[axis + 1];
    const int64_t room = size + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1;
    if (room < 0) {
      refuseNode(node, "a kernel of " + showShape(kernel) + " on an input of " + showShape(image),
                 "an input that is larger");
    }
    int64_t steps = (room + (ceil ? stride[axis] - 1 : 0)) / stride[axis];
    if (ceil && steps * stride[axis] >= size + padding[axis]) --steps;
    sizes.push_back(steps + 1);
  }
  return sizes;
}

Shape Window::pool(const Node& node, const Shape& image) const {
  for (size_t axis = 0; axis < 2; ++axis) {
    expectRange(node, "padding", {padding[axis]}, 0, kernel[axis] / 2);
  }
  const auto sizes = slide(node, image);
  const Shape made{image[0], sizes[0], sizes[1]};
  expectWork(node, made, kernel[0] * kernel[1]);
  return made;
}

}  // namespace shellac::graph
