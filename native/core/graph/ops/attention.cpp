// attention: [n, tokens, 3·c] -> [n, tokens, c], the core of multi-head self-attention (Vaswani et al., 2017)
// between its two linear layers. Along the last axis the input holds queries, keys and values, c numbers
// each, in `heads` heads of d = c/heads; for each head
//   y = softmax(Q·Kᵀ/sqrt(d))·V
#include <ATen/ops/scaled_dot_product_attention.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"
#include "core/graph/ops/work.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& input = operands.inputs[0];
  expectTokens(node, input);
  const auto heads = node.integer("heads");
  if (heads < 1 || heads > input[1] || input[1] % (3 * heads) != 0) {
    refuseNode(node, std::to_string(heads) + " heads on an input of " + showShape(input),
               "queries, keys and values of as many numbers, in heads of one size");
  }
  expectSize(node, {heads, input[0], input[0]});  // every token's weight on every other
  const Shape made{input[0], input[1] / 3};
  expectWork(node, made, 2 * input[0]);  // a product with every key and one with every value
  return made;
}

at::Tensor run(const Node& node, const Arguments& arguments) {
  const auto& x = arguments.inputs[0];
  const auto heads = node.integer("heads");
  const auto n = x.size(0), tokens = x.size(1), channels = x.size(2) / 3;
  const auto each = x.reshape({n, tokens, 3, heads, channels / heads}).permute({2, 0, 3, 1, 4});
  const auto made = at::scaled_dot_product_attention(each[0], each[1], each[2]);
  return made.transpose(1, 2).reshape({n, tokens, channels});
}

}  // namespace

Op attention() { return {.name = "attention", .infer = infer, .run = run}; }

}  // namespace shellac::graph
