#include "core/train/mode_connectivity.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/rand.h>

#include <memory>

#include "core/graph/executor.h"
#include "core/graph/op.h"
#include "core/train/kept_course.h"

namespace shellac::train {
namespace {

struct Ends {
  graph::Model start, end;
  at::Generator generator;
};

}  // namespace

graph::Model onCurve(const graph::Model& start, const graph::Model& middle, const graph::Model& end,
                     double t) {
  auto mixed = middle;
  for (const auto& node : middle.graph.nodes)
    for (const auto& role : graph::findOp(node).roles)
      if (const auto name = node.parameters.find(role.name);
          role.trainable && name != node.parameters.end()) {
        const auto& key = name->second;
        mixed.tensors[key] = (1 - t) * (1 - t) * start.tensors.at(key) +
                             2 * t * (1 - t) * middle.tensors.at(key) + t * t * end.tensors.at(key);
      }
  return mixed;
}

Objective modeConnectivity(const ModeConnectivity& settings) {
  const auto ends = std::make_shared<Ends>(
      Ends{settings.start, settings.end, at::make_generator<at::CPUGeneratorImpl>(settings.seed)});
  Objective objective;
  objective.begin = [ends](const graph::Model& model) {
    const auto device = model.tensors.begin()->second.device();
    ends->start = ends->start.to(device);
    ends->end = ends->end.to(device);
  };
  objective.terms.push_back({.loss = [ends](const graph::Model& model, const Batch& batch) {
    const auto t = at::rand({}, ends->generator, at::TensorOptions(at::kCPU)).item<double>();
    const auto mixed = onCurve(ends->start, model, ends->end, t);
    return at::cross_entropy_loss(graph::run(mixed, batch.clean, {.training = true}), batch.labels);
  }});
  objective.memory = memoryOf(ends->generator);
  return objective;
}

}  // namespace shellac::train
