// embedBits: y = x + Σ_b bits_b·codes_b, codes [bits, c, h, w] learned, bits [bits] of −1 and 1: a message,
// spread over an image. Bits of [n, bits] are a message for each image.
#include <ATen/ops/matmul.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  expectImage(node, input);
  const auto& bits = operands.parameters.at("bits");
  if (bits.size() != 1) refuseNode(node, "bits of shape " + showShape(bits), "[bits]");
  expectParameter(node, operands, "codes", {bits[0], input[0], input[1], input[2]});
  return input;
}

at::Tensor run(const Node&, const Arguments& arguments) {
  const auto& x = arguments.inputs[0];
  const auto message = at::matmul(arguments.parameter("bits"), arguments.parameter("codes").flatten(1));
  return x.add(message.view({-1, x.size(1), x.size(2), x.size(3)}));
}

}  // namespace

Op embedBits() {
  return {.name = "embedBits",
          .roles = {{.name = "codes"}, {.name = "bits", .trainable = false}},
          .infer = infer,
          .run = run};
}

}  // namespace shellac::graph
