// Activation ranges from the full-precision model: each value that will be quantized is observed as it is
// made.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/error.h"
#include "core/graph/program.h"
#include "core/quant/placement.h"
#include "core/quant/quantization.h"

namespace shellac::quant {

namespace {

using Observers = std::map<std::string, std::unique_ptr<Observer>>;

Observers observersFor(const graph::Graph& graph, const Options& options) {
  const auto kind = findPreset(options.preset).activationObserver;
  Observers observers;
  for (const auto& [value, bits] : placement(graph, options).activations)
    observers.emplace(value, makeObserver(kind, {.bits = bits, .symmetric = false}));
  return observers;
}

// Shows each value to its observer as it comes by, so that no more of them live at once than in any other
// pass. It runs to what the onlooker wants, and then to the values that nobody reads: every observed value
// lies on the way to one of them.
graph::Program observing(const graph::Model& model, const Observers& observers, const Onlooker& onlooker) {
  graph::Substitutes substitutes;
  for (const auto& [value, observer] : observers)
    substitutes.values[value] = [seer = observer.get()](const at::Tensor& x) {
      seer->observe(x);
      return x;
    };
  auto ends = onlooker.values;
  for (const auto& node : model.graph.nodes)
    if (model.graph.consumers(node.name).empty()) ends.push_back(node.name);
  return {model, std::move(substitutes), {graph::Program::kImages}, ends};
}

// Ranges settle long before so many images (they are what the official code reads); beyond, only time would
// grow.
constexpr int64_t kMostObserved = 1024;

// Spread over the whole set, which may be sorted by class. int64, on the CPU.
at::Tensor observedImages(int64_t count) {
  const auto most = std::min(count, kMostObserved);
  std::vector<int64_t> indices(most);
  for (int64_t i = 0; i < most; ++i) indices[i] = i * count / most;
  return at::tensor(indices, at::TensorOptions(at::kCPU).dtype(at::kLong));
}

Quantizer settle(const std::string& value, const Observer& observer) {
  try {
    return observer.quantizer().to(at::kCPU);
  } catch (const Error& error) {
    auto complaint = error.complaint;
    complaint.thing = "value " + value + " on the calibration images";
    throw Error(error.code, complaint);
  }
}

}  // namespace

void checkCalibration(const graph::Model& model, const data::Images& calibration) {
  if (!calibration.pixels.defined() || calibration.pixels.dim() != 4 || calibration.count() == 0)
    throw Error(Code::BadData,
                {.thing = "calibration set", .found = "no images", .expected = "at least one"});
  if (calibration.shape() != model.graph.inputShape)
    throw Error(Code::BadData, {.thing = "calibration images",
                                .found = "shape " + showShape(calibration.shape()),
                                .expected = showShape(model.graph.inputShape) + ", the model's input"});
}

std::map<std::string, Quantizer> calibrateActivations(const graph::Model& model,
                                                      const data::Images& calibration, const Options& options,
                                                      at::Device device, const Job& job,
                                                      const Onlooker& onlooker) {
  const at::NoGradGuard noGrad;
  checkCalibration(model, calibration);
  if (!options.activationBits) return {};
  if (*options.activationBits < 2 || *options.activationBits > 8)
    throw Error(Code::BadOption, {.thing = "activation bits",
                                  .found = std::to_string(*options.activationBits) + " bits",
                                  .expected = "2 to 8"});
  const auto observers = observersFor(model.graph, options);
  const auto program = observing(model.to(device), observers, onlooker);
  const auto indices = observedImages(calibration.count());
  const auto n = indices.size(0);
  for (int64_t from = 0; from < n; from += options.batch) {
    job.checkpoint({.stage = "calibrate", .step = from, .steps = n});
    const auto to = std::min(from + options.batch, n);
    const auto some = indices.slice(0, from, to);
    const auto images = calibration.floats(some, device);
    auto made = program.run({calibration.normalize(images)}, [&] { job.checkpoint(); });
    made.resize(onlooker.values.size());
    if (onlooker.see) onlooker.see(some, made);
  }
  std::map<std::string, Quantizer> settled;
  for (const auto& [value, observer] : observers) settled.emplace(value, settle(value, *observer));
  return settled;
}

}  // namespace shellac::quant
