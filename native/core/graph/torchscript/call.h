// One call of an op in the file's code, for the tables that give ops their meaning.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/torchscript/builder.h"
#include "core/graph/torchscript/value.h"

namespace shellac::graph::torchscript {

struct Call {
  std::string op;  // "aten::conv2d"
  std::function<std::string()>
      location;  // where in the file's code; only refusals need it, and it takes long
  std::vector<Value> arguments;
  Builder& builder;

  // Arguments by position. Each throws Error{UnsupportedOp} by op and location when it is of another kind.
  const Value& at(size_t index) const;
  Activation activation(size_t index) const;
  Parameter parameter(size_t index) const;
  int64_t integer(size_t index) const;
  double number(size_t index) const;
  bool flag(size_t index) const;
  std::vector<int64_t> integers(size_t index) const;
  bool absent(size_t index) const { return index >= arguments.size() || arguments[index].none(); }

  [[noreturn]] void refuse(const std::string& why) const;
};

using Meaning = std::function<Value(const Call&)>;

// Ops on tensors become nodes; ops on numbers, sizes and lists are computed.
const std::map<std::string, Meaning>& tensorOps();
std::map<std::string, Meaning> transformerOps();      // those of tensorOps() that transformers need
std::map<std::string, Meaning> gateOps();             // and gates, and parts of the channels
const std::map<std::string, Meaning>& arrangedOps();  // where the first argument is Arranged
const std::map<std::string, Meaning>& scalarOps();

// A reshape that begins an arrangement, or a permute; nothing where it is another.
std::optional<Value> splitGroups(const Call& call);
std::optional<Value> toChannelsLast(const Call& call);

}  // namespace shellac::graph::torchscript
