// What the abstract interpreter computes with: everything but the numbers in tensors. A tensor that depends
// on the input is known by the node that makes it, and by its shape; a parameter by its name.
#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace shellac::graph::torchscript {

struct None {};
struct BatchSize {};  // the one size that is not known
struct Unknown {      // an error message being formatted, a device, ...: may be passed on, never decided on
  std::string what;
};

// The memory of a tensor that depends on the input. An in-place op changes which node it holds, for all who
// share it.
struct Memory {
  std::string node;
  int64_t version = 0;                // in-place ops so far
  std::shared_ptr<Memory> base = {};  // the memory of which this one is a view
  int64_t baseVersion = 0;            // the base's version when the view was taken
};
using Activation = std::shared_ptr<Memory>;

// An image whose positions lie along one axis, [n, c, h·w]: the graph knows it as tokens, once it is
// transposed.
struct Positions {
  Activation image;
};

// A value whose axes stand in another order, which the graph knows again once they are back.
struct Arranged {
  enum class Kind {
    ChannelsLast,  // [n, h, w, c]
    Groups,        // [n, parts, c/parts, h, w]
    TurnedGroups,  // [n, c/parts, parts, h, w]
    SplitHeads,    // [n, tokens, 3, parts, d]
    HeadsFirst,    // [3, n, parts, tokens, d]
    Queries,       // [n, parts, tokens, d], likewise the next two
    Keys,
    Values,
    Mixed,       // [n, parts, tokens, d], of the attention's output
    JoinedHeads  // [n, tokens, parts, d]
  };
  Activation of;
  Kind kind;
  int64_t parts;  // groups or heads
};

struct Parameter {
  std::string name;  // empty for a constant of the code
  at::Tensor tensor;
};

struct Module {
  std::string path;  // "layer1.0.conv1"; "" for the model itself
  c10::intrusive_ptr<c10::ivalue::Object> object;
};

struct FunctionValue {
  torch::jit::Function* function;
};

struct Value;
using Sequence = std::shared_ptr<const std::vector<Value>>;

struct Value {
  std::variant<None, bool, int64_t, double, std::string, BatchSize, Unknown, Activation, Positions, Arranged,
               Parameter, Module, FunctionValue, Sequence>
      is;

  template <typename Kind>
  const Kind* as() const {
    return std::get_if<Kind>(&is);
  }
  bool none() const { return as<None>() != nullptr; }
};

inline Value sequence(std::vector<Value> values) {
  return {std::make_shared<const std::vector<Value>>(std::move(values))};
}

}  // namespace shellac::graph::torchscript
