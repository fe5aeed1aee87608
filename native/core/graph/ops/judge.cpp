#include "core/graph/ops/judge.h"

#include "core/error.h"

namespace shellac::graph {

void refuseNode(const Node& node, std::string found, std::string expected) {
  throw Error(Code::BadModel, {.thing = "node " + node.name + " (" + node.op + ")",
                               .found = std::move(found),
                               .expected = std::move(expected),
                               .remedy = "Check the input shape, and export the model again."});
}

void expectImage(const Node& node, const Shape& shape) {
  if (shape.size() != 3)
    refuseNode(node, "an input of shape " + showShape(shape), "[channels, height, width]");
}

void expectTokens(const Node& node, const Shape& shape) {
  if (shape.size() != 2) refuseNode(node, "an input of shape " + showShape(shape), "[tokens, channels]");
}

void expectVectors(const Node& node, const Shape& shape) {
  if (shape.size() != 1 && shape.size() != 2) {
    refuseNode(node, "an input of shape " + showShape(shape), "[features], flattened, or [tokens, features]");
  }
}

void expectParameter(const Node& node, const Operands& operands, const std::string& role,
                     const Shape& shape) {
  const auto found = operands.parameters.find(role);
  if (found != operands.parameters.end() && found->second != shape) {
    refuseNode(node, role + " of shape " + showShape(found->second), showShape(shape));
  }
}

void expectRange(const Node& node, const std::string& key, const std::vector<int64_t>& values, int64_t low,
                 int64_t high) {
  for (const auto value : values) {
    if (value < low || value > high) {
      refuseNode(node, key + " " + showShape(values),
                 "from " + std::to_string(low) + " to " + std::to_string(high));
    }
  }
}

void expectSize(const Node& node, const Shape& shape) {
  int64_t count = 1;
  for (const auto size : shape) {
    if (size <= 0) refuseNode(node, "an output of shape " + showShape(shape), "at least 1 along each axis");
    if (size > largestValue / count) {
      refuseNode(node, "an output of shape " + showShape(shape),
                 std::to_string(largestValue) + " numbers at most");
    }
    count *= size;
  }
}

Shape same(const Node&, const Operands& operands) { return operands.inputs[0]; }

}  // namespace shellac::graph
