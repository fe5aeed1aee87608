// classToken: [n, tokens, c] -> [n, 1 + tokens, c], with a learned token before the others.
#include <ATen/ops/cat.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  expectTokens(node, input);
  expectParameter(node, operands, "token", {1, 1, input[1]});
  return {1 + input[0], input[1]};
}

at::Tensor run(const Node&, const Arguments& arguments) {
  const auto& x = arguments.inputs[0];
  return at::cat({arguments.parameter("token").expand({x.size(0), -1, -1}), x}, 1);
}

}  // namespace

Op classToken() { return {.name = "classToken", .roles = {{.name = "token"}}, .infer = infer, .run = run}; }

}  // namespace shellac::graph
