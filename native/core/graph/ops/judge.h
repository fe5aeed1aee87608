// What the ops' `infer` functions have in common: refusing by node name, and limits that keep hostile sizes
// out.
#pragma once
#include <string>

#include "core/graph/op.h"

namespace shellac::graph {

constexpr int64_t largestWindow = 4096;             // of a kernel, stride, padding or dilation
constexpr int64_t largestValue = int64_t{1} << 28;  // numbers in one sample of one value

// Throws Error{BadModel}.
[[noreturn]] void refuseNode(const Node& node, std::string found, std::string expected);
void expectImage(const Node& node, const Shape& shape);    // [channels, height, width]
void expectTokens(const Node& node, const Shape& shape);   // [tokens, channels]
void expectVectors(const Node& node, const Shape& shape);  // [channels] or [tokens, channels]
void expectParameter(const Node& node, const Operands& operands, const std::string& role, const Shape& shape);
void expectRange(const Node& node, const std::string& key, const std::vector<int64_t>& values, int64_t low,
                 int64_t high);
void expectSize(const Node& node, const Shape& shape);  // every axis positive, largestValue at most

// Of an op that changes no shape.
Shape same(const Node& node, const Operands& operands);

}  // namespace shellac::graph
