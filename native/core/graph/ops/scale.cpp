// scale: y = weight·x, one number a channel of an image [n, c, h, w], or of the last axis of vectors and
// tokens (the layer scale of Touvron et al., 2021).
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

int64_t channelsOf(const Shape& shape) { return shape.size() == 3 ? shape.front() : shape.back(); }

}  // namespace

Op scale() {
  return {.name = "scale",
          .roles = {{.name = "weight"}},
          .infer =
              [](const Node& node, const Operands& operands) {
                const auto& input = operands.inputs[0];
                expectParameter(node, operands, "weight", {channelsOf(input)});
                return input;
              },
          .run =
              [](const Node&, const Arguments& arguments) {
                const auto& x = arguments.inputs[0];
                const auto weight = arguments.parameter("weight");
                return x.mul(x.dim() == 4 ? weight.view({-1, 1, 1}) : weight);
              }};
}

}  // namespace shellac::graph
