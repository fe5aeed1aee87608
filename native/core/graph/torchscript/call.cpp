#include "core/graph/torchscript/call.h"

#include "core/error.h"

namespace shellac::graph::torchscript {

const Value& Call::at(size_t index) const {
  if (index >= arguments.size()) refuse("argument " + std::to_string(index) + " is missing");
  return arguments[index];
}

Activation Call::activation(size_t index) const {
  if (const auto* activation = at(index).as<Activation>()) return *activation;
  refuse("argument " + std::to_string(index) + " is not a value that the network computes");
}

Parameter Call::parameter(size_t index) const {
  if (const auto* parameter = at(index).as<Parameter>()) return *parameter;
  refuse("argument " + std::to_string(index) + " is not a parameter of the model");
}

int64_t Call::integer(size_t index) const {
  if (const auto* integer = at(index).as<int64_t>()) return *integer;
  // A number that was traced as a tensor without axes.
  const auto* constant = at(index).as<Parameter>();
  if (constant && constant->name.empty() && constant->tensor.defined() && constant->tensor.dim() == 0 &&
      constant->tensor.scalar_type() == at::kLong)
    return constant->tensor.item<int64_t>();
  refuse("argument " + std::to_string(index) + " is not a known integer");
}

double Call::number(size_t index) const {
  if (const auto* number = at(index).as<double>()) return *number;
  return static_cast<double>(integer(index));
}

bool Call::flag(size_t index) const {
  if (const auto* flag = at(index).as<bool>()) return *flag;
  refuse("argument " + std::to_string(index) + " is not a known boolean");
}

std::vector<int64_t> Call::integers(size_t index) const {
  const auto* list = at(index).as<Sequence>();
  if (!list) return {integer(index)};
  std::vector<int64_t> integers;
  for (const auto& value : **list) {
    const auto* integer = value.as<int64_t>();
    if (!integer) refuse("argument " + std::to_string(index) + " is not a list of known integers");
    integers.push_back(*integer);
  }
  return integers;
}

void Call::refuse(const std::string& why) const {
  throw Error(Code::UnsupportedOp,
              {.thing = "TorchScript op " + op + " in " + location(),
               .found = why,
               .expected = "a use of it that convolutional classifiers make",
               .remedy = "Rewrite that line of the model, or build it from a supported architecture."});
}

}  // namespace shellac::graph::torchscript
