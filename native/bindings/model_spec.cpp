#include "bindings/model_spec.h"

#include "bindings/convert.h"
#include "core/error.h"

namespace shellac::bindings {
namespace {

graph::Attribute attributeFrom(const Napi::Value& value) {
  if (value.IsBoolean()) return value.As<Napi::Boolean>().Value();
  if (value.IsString()) return value.As<Napi::String>().Utf8Value();
  if (value.IsArray()) return integers(value);
  const auto number = value.ToNumber().DoubleValue();
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<int64_t>(number);
  return number;
}

Napi::Value attributeToJs(Napi::Env env, const graph::Attribute& attribute) {
  struct {
    Napi::Env env;
    Napi::Value operator()(bool value) const { return Napi::Boolean::New(env, value); }
    Napi::Value operator()(int64_t value) const { return Napi::Number::New(env, static_cast<double>(value)); }
    Napi::Value operator()(double value) const { return Napi::Number::New(env, value); }
    Napi::Value operator()(const std::string& value) const { return Napi::String::New(env, value); }
    Napi::Value operator()(const std::vector<int64_t>& value) const { return bindings::toJs(env, value); }
  } const visitor{env};
  return std::visit(visitor, attribute);
}

graph::Node nodeFrom(const Napi::Object& spec) {
  graph::Node node{.name = text(spec, "name"),
                   .op = text(spec, "op"),
                   .inputs = texts(field(spec, "inputs")),
                   .attributes = {},
                   .parameters = {}};
  eachProperty(object(spec, "attributes"), [&](const std::string& name, const Napi::Value& value) {
    node.attributes[name] = attributeFrom(value);
  });
  eachProperty(object(spec, "parameters"), [&](const std::string& role, const Napi::Value& value) {
    node.parameters[role] = value.ToString().Utf8Value();
  });
  return node;
}

Napi::Object nodeToJs(Napi::Env env, const graph::Node& node) {
  auto attributes = Napi::Object::New(env), parameters = Napi::Object::New(env),
       spec = Napi::Object::New(env);
  for (const auto& [name, attribute] : node.attributes) attributes.Set(name, attributeToJs(env, attribute));
  for (const auto& [role, name] : node.parameters) parameters.Set(role, name);
  spec.Set("name", node.name);
  spec.Set("op", node.op);
  spec.Set("inputs", toJs(env, node.inputs));
  spec.Set("attributes", attributes);
  spec.Set("parameters", parameters);
  return spec;
}

graph::Graph graphFrom(const Napi::Object& spec) {
  graph::Graph graph{
      .inputShape = integers(field(spec, "inputShape")), .nodes = {}, .output = text(spec, "output")};
  const auto nodes = array(spec, "nodes");
  for (uint32_t i = 0; i < nodes.Length(); ++i)
    graph.nodes.push_back(nodeFrom(objectFrom(nodes.Get(i), "node")));
  return graph;
}

quant::Quantization quantizationFrom(const Napi::Object& spec) {
  quant::Quantization quantization{.preset = text(spec, "preset"),
                                   .weightBits = integer(spec, "weightBits"),
                                   .activationBits = optionalInteger(spec, "activationBits"),
                                   .weights = {},
                                   .activations = {}};
  eachProperty(object(spec, "weights"), [&](const std::string& node, const Napi::Value& value) {
    const auto weight = objectFrom(value, "weight");
    quantization.weights.emplace(node, quant::QuantizedWeight{quantizerFrom(field(weight, "quantizer")),
                                                              tensorFrom(field(weight, "codes"))});
  });
  eachProperty(object(spec, "activations"), [&](const std::string& name, const Napi::Value& value) {
    quantization.activations.emplace(name, quantizerFrom(value));
  });
  return quantization;
}

Napi::Value toJs(Napi::Env env, const std::optional<quant::Quantization>& quantization) {
  if (!quantization) return env.Null();
  auto spec = Napi::Object::New(env), weights = Napi::Object::New(env), activations = Napi::Object::New(env);
  for (const auto& [node, weight] : quantization->weights) {
    auto entry = Napi::Object::New(env);
    entry.Set("quantizer", bindings::toJs(env, weight.quantizer));
    entry.Set("codes", tensorToJs(env, weight.codes));
    weights.Set(node, entry);
  }
  for (const auto& [value, quantizer] : quantization->activations)
    activations.Set(value, bindings::toJs(env, quantizer));
  spec.Set("preset", quantization->preset);
  spec.Set("weightBits", static_cast<double>(quantization->weightBits));
  spec.Set("activationBits", quantization->activationBits
                                 ? Napi::Number::New(env, static_cast<double>(*quantization->activationBits))
                                 : env.Null());
  spec.Set("weights", weights);
  spec.Set("activations", activations);
  return spec;
}

}  // namespace

LoadedModel modelFrom(const Napi::Object& spec) {
  LoadedModel loaded{.model = {.graph = graphFrom(object(spec, "graph")), .tensors = {}}};
  eachProperty(object(spec, "tensors"), [&](const std::string& name, const Napi::Value& value) {
    loaded.model.tensors[name] = tensorFrom(value);
  });
  if (const auto quantization = field(spec, "quantization"); !absent(quantization))
    loaded.quantization = quantizationFrom(objectFrom(quantization, "quantization"));
  return loaded;
}

Napi::Object toJs(Napi::Env env, const graph::Graph& graph) {
  auto spec = Napi::Object::New(env);
  auto nodes = Napi::Array::New(env, graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    nodes.Set(static_cast<uint32_t>(i), nodeToJs(env, graph.nodes[i]));
  spec.Set("inputShape", toJs(env, graph.inputShape));
  spec.Set("nodes", nodes);
  spec.Set("output", graph.output);
  return spec;
}

Napi::Object toJs(Napi::Env env, const LoadedModel& loaded) {
  auto spec = Napi::Object::New(env), tensors = Napi::Object::New(env);
  for (const auto& [name, tensor] : loaded.model.tensors) tensors.Set(name, tensorToJs(env, tensor));
  spec.Set("graph", toJs(env, loaded.model.graph));
  spec.Set("tensors", tensors);
  spec.Set("quantization", toJs(env, loaded.quantization));
  return spec;
}

}  // namespace shellac::bindings
