// What an op is: its name, arity and parameters, the judge of its shapes, and its arithmetic.
// Adding one: a file in ops/ with a function that returns it, and a line in ops/all.cpp.
#pragma once
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/node.h"

namespace shellac::graph {

struct Role {
  std::string name;  // "weight"
  bool required = true;
  bool trainable = true;     // false for buffers: BN's running statistics
  bool nonNegative = false;  // a variance
};

// What `infer` judges: shapes of the inputs (of one sample) and of the parameters by role; absent ones are
// not in it.
struct Operands {
  std::vector<Shape> inputs;
  std::map<std::string, Shape> parameters;
};

// What `run` computes with: [n, ...] inputs and the parameters by role (undefined tensor when absent).
struct Arguments {
  std::vector<at::Tensor> inputs;
  std::map<std::string, at::Tensor> parameters;
  bool training = false;                        // BN uses and updates batch statistics, dropout drops
  std::optional<at::Generator> generator = {};  // for dropout

  at::Tensor parameter(const std::string& role) const;
};

struct Op {
  std::string name;
  size_t inputs = 1;  // "input" has none; it is given the model's input as if it were one
  std::vector<Role> roles = {};
  // Throws Error{BadModel} by node name. The only judge: `run` checks nothing.
  std::function<Shape(const Node&, const Operands&)> infer;
  std::function<at::Tensor(const Node&, const Arguments&)> run;
};

// The table. `findOp` throws Error{UnsupportedOp}, naming the node, its op and the supported ones.
const std::vector<Op>& allOps();
const Op& findOp(const Node& node);

}  // namespace shellac::graph
