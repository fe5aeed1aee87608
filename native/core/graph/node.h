// A node of the graph: one op with its inputs, attributes and the names of its parameters. Plain data.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace shellac::graph {

using Shape = std::vector<int64_t>;  // of one sample: the batch axis is left out everywhere
using Attribute = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>>;

struct Node {
  std::string name;                             // unique; also the name of the value that the node makes
  std::string op;                               // a name of the op table, such as "conv2d"
  std::vector<std::string> inputs;              // names of the nodes that it reads
  std::map<std::string, Attribute> attributes;  // such as stride: [1, 1]
  std::map<std::string, std::string>
      parameters;  // role to tensor name, such as weight: "layer1.0.conv1.weight"

  // Each throws Error{BadModel} by node and attribute name when it is missing (and has no fallback) or of
  // another type.
  int64_t integer(const std::string& key) const;
  int64_t integer(const std::string& key, int64_t fallback) const;
  double number(const std::string& key, double fallback) const;
  bool flag(const std::string& key, bool fallback) const;
  std::vector<int64_t> integers(const std::string& key) const;
  // Two numbers, [height, width]; one number stands for both.
  std::vector<int64_t> pair(const std::string& key, std::vector<int64_t> fallback) const;
};

}  // namespace shellac::graph
