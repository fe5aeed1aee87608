#include "core/graph/torchscript/interpreter.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "core/graph/torchscript/call.h"

namespace shellac::graph::torchscript {
namespace {

namespace jit = torch::jit;
using Frame = std::unordered_map<const jit::Value*, Value>;

constexpr int64_t mostSteps =
    1000000;  // calls may double with each level of nesting: so few bytes ask for much work
constexpr int64_t deepest = 100;

std::string locationOf(const jit::Node& node) {
  const auto place = node.sourceRange().file_line_col();
  return place ? std::get<0>(*place) + ":" + std::to_string(std::get<1>(*place) + 1) : "the file's code";
}

[[noreturn]] void refuse(const std::string& thing, const std::string& found, const std::string& expected) {
  throw Error(Code::UnsupportedOp,
              {.thing = thing,
               .found = found,
               .expected = expected,
               .remedy = "Save it with torch.jit.trace(model, example).save(path), which has fewer ops."});
}

[[noreturn]] void refuseOp(const std::string& op, const std::string& location) {
  std::string known;
  for (const auto& [name, meaning] : tensorOps())
    known += (known.empty() ? "" : ", ") + name.substr(name.find("::") + 2);
  refuse("TorchScript op " + op + " in " + location, "it is not supported", "one of " + known);
}

bool hasSubmodules(const Module& module) {
  const auto& type = *module.object->type();
  for (size_t i = 0; i < type.numAttributes(); ++i) {
    if (type.getAttribute(i)->is_module()) return true;
  }
  return false;
}

Value fromIValue(const c10::IValue& value, const std::string& name) {
  if (value.isNone()) return {None{}};
  if (value.isBool()) return {value.toBool()};
  if (value.isInt()) return {value.toInt()};
  if (value.isDouble()) return {value.toDouble()};
  if (value.isString()) return {value.toStringRef()};
  if (value.isTensor()) return {Parameter{name, value.toTensor()}};
  if (value.isObject() && value.type()->is_module()) return {Module{name, value.toObject()}};
  if (!value.isList() && !value.isTuple()) return {Unknown{value.tagKind()}};
  std::vector<Value> items;
  const auto& elements = value.isList() ? value.toList().vec() : value.toTupleRef().elements().vec();
  for (const auto& element : elements) items.push_back(fromIValue(element, ""));
  return sequence(std::move(items));
}

bool isTensor(const Value& value) {
  return value.as<Activation>() || value.as<Positions>() || value.as<Arranged>() || value.as<Parameter>();
}

class Interpreter {
 public:
  explicit Interpreter(const Shape& inputShape) : builder_(inputShape) {}

  const std::optional<Stem>& stem() const { return builder_.stem(); }

  Model read(const Object& object) {
    const Module module{"", object};
    auto& forward = method(module, "forward");
    std::vector<Value> arguments{{module}, {builder_.input()}};
    const auto& schema = forward.getSchema().arguments();
    for (size_t i = 2; i < schema.size(); ++i) {
      if (!schema[i].default_value())
        refuse("forward", "argument " + schema[i].name(), "one argument, the images");
      arguments.push_back(fromIValue(*schema[i].default_value(), ""));
    }
    const auto output = call(forward, std::move(arguments));
    const auto* logits = output.as<Activation>();
    if (!logits) refuse("forward", "an output that is not one tensor", "logits, [n, classes]");
    return builder_.finish(*logits);
  }

 private:
  static jit::Function& method(const Module& module, const std::string& name) {
    if (auto* found = module.object->type()->findMethod(name)) return *found;
    refuse("module \"" + module.path + "\"", "no method " + name, "a module with code");
  }

  Value call(jit::Function& function, std::vector<Value> arguments) {
    auto* code = jit::tryToGraphFunction(function);
    if (!code) refuse("function " + function.name(), "it has no code", "TorchScript code");
    if (++depth_ > deepest) refuse("function " + function.name(), "calls nested too deeply", "at most 100");
    const auto scope = builder_.scope;
    if (const auto* module = arguments.empty() ? nullptr : arguments[0].as<Module>()) {
      builder_.scope = {module->path, !hasSubmodules(*module)};
    }
    const auto graph = code->graph();
    if (graph->inputs().size() != arguments.size())
      refuse("function " + function.name(), "other arguments", "matching calls");
    Frame frame;
    for (size_t i = 0; i < arguments.size(); ++i) frame[graph->inputs()[i]] = std::move(arguments[i]);
    const auto results = block(*graph->block(), frame);
    builder_.scope = scope;
    --depth_;
    return results.size() == 1 ? results[0] : sequence(results);
  }

  std::vector<Value> block(const jit::Block& block, Frame& frame) {
    for (const auto* node : block.nodes()) step(*node, frame);
    return valuesOf(block.outputs(), frame);
  }

  static std::vector<Value> valuesOf(at::ArrayRef<const jit::Value*> names, const Frame& frame) {
    std::vector<Value> values;
    for (const auto* name : names) values.push_back(frame.at(name));
    return values;
  }

  void step(const jit::Node& node, Frame& frame) {
    if (++steps_ > mostSteps)
      refuse("the file's code", "too many steps", "at most " + std::to_string(mostSteps));
    const auto arguments = valuesOf(node.inputs(), frame);
    const std::string op = node.kind().toQualString();
    if (node.kind() == c10::prim::If) return branch(node, frame);
    if (op == "prim::TupleUnpack" || op == "prim::ListUnpack") return unpack(node, arguments, frame);
    auto result = compute(node, op, arguments);
    if (node.outputs().size() == 1) frame[node.output()] = std::move(result);
    if (node.outputs().size() > 1) unpack(node, {result}, frame);
  }

  Value compute(const jit::Node& node, const std::string& op, const std::vector<Value>& arguments) {
    if (node.kind() == c10::prim::Constant) return constant(node);
    if (node.kind() == c10::prim::GetAttr) return attribute(node, arguments.at(0));
    if (node.kind() == c10::prim::CallMethod) {
      const auto* module = arguments.at(0).as<Module>();
      if (!module) refuseOp("prim::CallMethod of something that is not a module", locationOf(node));
      return call(method(*module, node.s(c10::attr::name)), arguments);
    }
    if (node.kind() == c10::prim::CallFunction) {
      const auto* function = arguments.at(0).as<FunctionValue>();
      if (!function) refuseOp(op, locationOf(node));
      return call(*function->function, {arguments.begin() + 1, arguments.end()});
    }
    return meaning(node, op, arguments);
  }

  Value meaning(const jit::Node& node, const std::string& op, const std::vector<Value>& arguments) {
    const Call call{op, [&node] { return locationOf(node); }, arguments, builder_};
    const bool tensors = op == "aten::cat" || std::any_of(arguments.begin(), arguments.end(), isTensor);
    if (!arguments.empty() && arguments[0].as<Arranged>()) {
      if (const auto found = arrangedOps().find(op); found != arrangedOps().end()) return found->second(call);
    }
    // aten::add serves both tensors and numbers.
    if (const auto found = tensorOps().find(op); found != tensorOps().end() && tensors)
      return found->second(call);
    if (const auto found = scalarOps().find(op); found != scalarOps().end()) return found->second(call);
    refuseOp(op, locationOf(node));
  }

  static Value constant(const jit::Node& node) {
    if (node.output()->type()->kind() == c10::TypeKind::FunctionType) {
      return {FunctionValue{node.output()->type()->expectRef<c10::FunctionType>().function()}};
    }
    const auto value = jit::toIValue(node.output());
    return value ? fromIValue(*value, "") : Value{Unknown{"constant"}};
  }

  static Value attribute(const jit::Node& node, const Value& of) {
    const auto* module = of.as<Module>();
    const auto& name = node.s(c10::attr::name);
    if (!module) refuseOp("prim::GetAttr " + name + " of something that is not a module", locationOf(node));
    if (name == "training")
      return {false};  // whatever the file was saved in: purification sees the model in use
    return fromIValue(module->object->getAttr(name), module->path.empty() ? name : module->path + "." + name);
  }

  void branch(const jit::Node& node, Frame& frame) {
    const auto* condition = frame.at(node.input()).as<bool>();
    if (!condition)
      refuse("TorchScript op prim::If in " + locationOf(node), "a condition that depends on the data",
             "one that the shapes decide");
    const auto results = block(*node.blocks()[*condition ? 0 : 1], frame);
    for (size_t i = 0; i < results.size(); ++i) frame[node.outputs()[i]] = results[i];
  }

  void unpack(const jit::Node& node, const std::vector<Value>& arguments, Frame& frame) {
    const auto* list = arguments.at(0).as<Sequence>();
    if (!list || (*list)->size() != node.outputs().size())
      refuseOp(node.kind().toQualString(), locationOf(node));
    for (size_t i = 0; i < node.outputs().size(); ++i) frame[node.outputs()[i]] = (**list)[i];
  }

  Builder builder_;
  int64_t steps_ = 0;
  int64_t depth_ = 0;
};

}  // namespace

Model readModel(const Object& module, const Shape& inputShape) {
  return Interpreter(inputShape).read(module);
}

Stem firstConvolution(const Object& module) {
  Interpreter interpreter({1, 224, 224});
  try {
    interpreter.read(module);
  } catch (const Error&) {
    if (!interpreter.stem()) throw;  // else the guessed input did not fit, which is no matter
  }
  if (interpreter.stem()) return *interpreter.stem();
  throw Error(Code::BadModel, {.thing = "the model's input shape",
                               .found = "no convolution that would tell it",
                               .expected = "[channels, height, width]",
                               .remedy = "Pass inputShape."});
}

}  // namespace shellac::graph::torchscript
