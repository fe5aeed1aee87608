// Builds the model node by node, and knows the shape of every value as soon as it is made.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/model.h"
#include "core/graph/torchscript/value.h"

namespace shellac::graph::torchscript {

struct Stem {
  Node node;
  Shape weight;
};

class Builder {
 public:
  explicit Builder(const Shape& inputShape);

  // Where names come from: the module whose code is being read. In a module without submodules a node is
  // called after the module ("layer1.0.relu"), elsewhere after the module and the op ("layer1.0.add"); a
  // second one gets "_1".
  struct Scope {
    std::string path;
    bool leaf = false;
  };
  Scope scope = {};

  Activation input() const { return input_; }
  // `attributes` as in the op table; `parameters` by role, those that are None left out.
  Activation emit(const std::string& op, const std::vector<Activation>& inputs,
                  std::map<std::string, Attribute> attributes = {},
                  const std::map<std::string, Parameter>& parameters = {});

  // The node whose value the memory holds. Throws Error{UnsupportedOp} when it was changed through a view.
  const std::string& node(const Activation& activation) const;
  const Shape& shape(const Activation& activation) const { return shapes_.at(node(activation)); }

  Model finish(const Activation& output);

  // The first convolution, seen before its shapes are judged.
  const std::optional<Stem>& stem() const { return stem_; }

 private:
  std::string uniqueName(const std::string& op);
  std::string keep(const Node& node, const std::string& role, const Parameter& parameter);

  Model model_;
  Shapes shapes_;
  std::map<std::string, int64_t> timesWanted_;
  Activation input_;
  std::optional<Stem> stem_;
};

}  // namespace shellac::graph::torchscript
