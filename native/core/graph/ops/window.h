// A window that slides over an image: convolution and pooling.
#pragma once
#include <vector>

#include "core/graph/op.h"

namespace shellac::graph {

struct Window {
  std::vector<int64_t> kernel;  // each [height, width]
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilation;
  bool ceil = false;

  // From the attributes kernel, stride (the kernel when absent), padding, dilation and ceilMode.
  static Window ofPool(const Node& node);
  // The kernel comes from the weight [out, in/groups, height, width].
  static Window ofConv(const Node& node, const Shape& weight);

  // floor or ceil((size + 2·padding − dilation·(kernel − 1) − 1) / stride) + 1; no window starts beyond the
  // image. Throws Error{BadModel} by node name for attributes out of range and for an image that is too
  // small.
  std::vector<int64_t> slide(const Node& node, const Shape& image) const;
  // What pooling makes of an image, [c, h', w']. Throws Error{BadModel} also for padding beyond half the
  // kernel.
  Shape pool(const Node& node, const Shape& image) const;
};

}  // namespace shellac::graph
