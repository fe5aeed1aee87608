// Passes of a graph on plain tensors.
//   runProgram(model, { weights, integers, moved }, inputs, outputs)
//     -> { made, again, oneByOne, steps, untouched }: the outputs of a program, of its second run, and of
//     node by node; inputs: tensors by value name, '' for the images; weights: by node; integers: by node,
//     { codes, scale, inputScale, zeroPoint }, for the program alone; moved: values that a transform takes to
//     x / 2 − 1 / 8 in place; steps: how many the program has; untouched: whether the inputs are what they
//     were
//   fusesConvolutions() -> whether programs run oneDNN's fused convolutions here, or the same op by op
//   multipliesIntegers() -> whether a quantized convolution can be run on its codes here
//   sharedOut(n, grain) -> { visits, parts, threads, most }: how often each of n pieces was worked on, the
//   parts that they came in, [from, to], how many threads worked and how many may
//   toldMemory() -> bytes outside JavaScript's heap of which the garbage collector was told
//   runValues(model, data, shape, training, seed) -> { values, tensors }: every value of the graph, and the
// tensors after the pass, for comparison with the shapes that were inferred and with PyTorch's BN in
// training.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <array>
#include <mutex>
#include <set>
#include <thread>

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "core/graph/executor.h"
#include "core/graph/program.h"
#include "core/graph/program/onednn.h"
#include "core/parallel.h"
#include "core/processor.h"

namespace shellac::bindings {
namespace {

Napi::Object tensorsToJs(Napi::Env env, const graph::Tensors& tensors) {
  auto object = Napi::Object::New(env);
  for (const auto& [name, tensor] : tensors) object.Set(name, tensorToJs(env, tensor));
  return object;
}

Napi::Value runValues(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto input = floatsFrom(info[1], integers(info[2]));
  const bool training = info[3].As<Napi::Boolean>().Value();
  const auto seed = static_cast<uint64_t>(info[4].As<Napi::Number>().Int64Value());
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [=](const Job&) -> Finish {
    const c10::NoGradGuard noGrad;
    const auto model = fullPrecision(*loaded).clone();
    graph::Tensors values;
    const auto keep = [&](const std::string& name, const at::Tensor& value) { return values[name] = value; };
    graph::run(
        model, input,
        {.value = keep, .training = training, .generator = at::make_generator<at::CPUGeneratorImpl>(seed)});
    return [values, tensors = model.tensors](Napi::Env env) -> Napi::Value {
      auto result = Napi::Object::New(env);
      result.Set("values", tensorsToJs(env, values));
      result.Set("tensors", tensorsToJs(env, tensors));
      return result;
    };
  });
}

std::map<std::string, at::Tensor> tensorsFrom(const Napi::Value& value) {
  std::map<std::string, at::Tensor> tensors;
  eachProperty(value.As<Napi::Object>(), [&](const std::string& name, const Napi::Value& tensor) {
    tensors[name] = tensorFrom(tensor);
  });
  return tensors;
}

struct ProgramCase {
  ModelPointer loaded;
  graph::Substitutes substitutes;
  std::vector<std::string> names;
  std::vector<at::Tensor> inputs;
  std::vector<std::string> outputs;
};

ProgramCase programCase(const Napi::CallbackInfo& info) {
  ProgramCase given{.loaded = modelOf(info[0])};
  const auto reading = info[1].As<Napi::Object>();
  given.substitutes.weights = tensorsFrom(field(reading, "weights"));
  if (!absent(field(reading, "integers")))
    eachProperty(object(reading, "integers"), [&](const std::string& name, const Napi::Value& value) {
      const auto integers = value.As<Napi::Object>();
      given.substitutes.integers[name] = {.codes = tensorFrom(field(integers, "codes")),
                                          .scale = tensorFrom(field(integers, "scale")),
                                          .inputScale = number(integers, "inputScale"),
                                          .zeroPoint = integer(integers, "zeroPoint")};
    });
  const auto moved = field(reading, "moved").As<Napi::Array>();
  for (uint32_t i = 0; i < moved.Length(); ++i)
    given.substitutes.values[moved.Get(i).ToString()] = [](at::Tensor x) { return x.mul_(0.5).sub_(0.125); };
  for (const auto& [name, tensor] : tensorsFrom(info[2])) {
    given.names.push_back(name);
    given.inputs.push_back(tensor);
  }
  const auto outputs = info[3].As<Napi::Array>();
  for (uint32_t i = 0; i < outputs.Length(); ++i) given.outputs.push_back(outputs.Get(i).ToString());
  return given;
}

// The oracle: every node of the slice by itself, nothing fused and nothing in place.
std::vector<at::Tensor> oneByOne(const ProgramCase& given) {
  const auto& model = given.loaded->model;
  const graph::Reading reading{
      .weight =
          [&](const graph::Node& node, const at::Tensor& weight) {
            const auto found = given.substitutes.weights.find(node.name);
            return found == given.substitutes.weights.end() ? weight : found->second;
          },
      .value =
          [&](const std::string& name, const at::Tensor& value) {
            const auto found = given.substitutes.values.find(name);
            return found == given.substitutes.values.end() ? value : found->second(value.clone());
          }};
  std::map<std::string, at::Tensor> values;
  for (size_t i = 0; i < given.names.size(); ++i) values[given.names[i]] = given.inputs[i].clone();
  for (const auto* node : graph::nodesBetween(model.graph, given.names, given.outputs)) {
    std::vector<at::Tensor> read;
    if (node->inputs.empty()) read.push_back(values.at(graph::Program::kImages));
    for (const auto& name : node->inputs) read.push_back(values.at(name));
    values[node->name] = graph::runNode(model, *node, std::move(read), reading);
  }
  std::vector<at::Tensor> made;
  for (const auto& name : given.outputs) made.push_back(values.at(name));
  return made;
}

Napi::Array arrayToJs(Napi::Env env, const std::vector<at::Tensor>& tensors) {
  auto array = Napi::Array::New(env, tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i)
    array.Set(static_cast<uint32_t>(i), tensorToJs(env, tensors[i]));
  return array;
}

Napi::Value runProgram(const Napi::CallbackInfo& info) {
  const auto given = programCase(info);
  return Engine::of(info.Env()).start(info.Env(), info.Env().Undefined(), [given](const Job&) -> Finish {
    const c10::NoGradGuard noGrad;
    std::vector<at::Tensor> before;
    for (const auto& input : given.inputs) before.push_back(input.clone());
    const graph::Program program(given.loaded->model, given.substitutes, given.names, given.outputs);
    int64_t steps = 0;
    const auto made = program.run(given.inputs, [&] { ++steps; });
    const auto again = program.run(given.inputs);
    bool untouched = true;
    for (size_t i = 0; i < before.size(); ++i) untouched = untouched && before[i].equal(given.inputs[i]);
    return [made, again, steps, untouched, expected = oneByOne(given)](Napi::Env env) -> Napi::Value {
      auto result = Napi::Object::New(env);
      result.Set("made", arrayToJs(env, made));
      result.Set("again", arrayToJs(env, again));
      result.Set("oneByOne", arrayToJs(env, expected));
      result.Set("steps", static_cast<double>(steps));
      result.Set("untouched", untouched);
      return result;
    };
  });
}

Napi::Value sharedOut(const Napi::CallbackInfo& info) {
  const auto n = info[0].As<Napi::Number>().Int64Value(), grain = info[1].As<Napi::Number>().Int64Value();
  std::mutex writing;
  std::vector<int64_t> visits(n);
  std::vector<std::array<int64_t, 2>> parts;
  std::set<std::thread::id> threads;
  inParallel(n, grain, [&](int64_t from, int64_t to) {
    const std::lock_guard lock(writing);
    for (auto i = from; i < to; ++i) ++visits[i];
    parts.push_back({from, to});
    threads.insert(std::this_thread::get_id());
  });
  auto result = Napi::Object::New(info.Env());
  const auto counts = Napi::Array::New(info.Env(), visits.size());
  for (size_t i = 0; i < visits.size(); ++i)
    counts.Set(static_cast<uint32_t>(i), static_cast<double>(visits[i]));
  const auto ranges = Napi::Array::New(info.Env(), parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    auto range = Napi::Array::New(info.Env(), 2);
    for (uint32_t end : {0, 1}) range.Set(end, static_cast<double>(parts[i][end]));
    ranges.Set(static_cast<uint32_t>(i), range);
  }
  result.Set("visits", counts);
  result.Set("parts", ranges);
  result.Set("threads", static_cast<double>(threads.size()));
  result.Set("most", at::get_num_threads());
  return result;
}

}  // namespace

void addGraphKernels(Napi::Env env, Napi::Object kernels) {
  kernels.Set("fusesConvolutions", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                return Napi::Boolean::New(info.Env(), graph::onednn::usable(at::ones({1, 1, 1, 1})));
              }));
  kernels.Set("multipliesIntegers", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                return Napi::Boolean::New(info.Env(), fastBytes(at::kCPU) && graph::onednn::hasIntegers());
              }));
  kernels.Set("sharedOut", Napi::Function::New(env, sharedOut));
  kernels.Set("toldMemory", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                const auto bytes = Napi::MemoryManagement::AdjustExternalMemory(info.Env(), 0);
                return Napi::Number::New(info.Env(), static_cast<double>(bytes));
              }));
  kernels.Set("runProgram", Napi::Function::New(env, runProgram));
  kernels.Set("runValues", Napi::Function::New(env, runValues));
}

}  // namespace shellac::bindings
