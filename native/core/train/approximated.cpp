#include "core/train/approximated.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <memory>
#include <utility>

#include "core/graph/executor.h"
#include "core/purify/statistics.h"

namespace shellac::train {
namespace {

struct Gap {
  double distance = 0;
  at::Tensor slope;  // the distance's gradient for the images, up to a positive factor a sample
};

Gap gapOf(const graph::Model& model, const at::Tensor& images) {
  const c10::AutoGradMode withGradients(true);
  const auto x = images.detach().requires_grad_();
  graph::Tensors values;
  graph::run(model, x, {.value = [&](const std::string& name, const at::Tensor& value) {
               return values[name] = value;
             }});
  Gap gap;
  at::Tensor surrogate;  // has the gradient that the distances have
  for (const auto& node : model.graph.nodes) {
    if (node.op != "batchNorm2d") continue;
    const auto& y = values.at(node.inputs.front());
    const auto found = purify::statisticsGap(
        y.detach(),
        {.mean = model.parameter(node, "runningMean"), .variance = model.parameter(node, "runningVar")},
        purify::PdaForm::Official);
    gap.distance += found.distance.item<double>();
    const auto pull = (y * (y.detach() * found.slope + found.offset)).sum();
    surrogate = surrogate.defined() ? surrogate + pull : pull;
  }
  if (surrogate.defined()) surrogate.backward();
  gap.slope = x.grad().defined() ? x.grad() : at::zeros_like(images);
  return gap;
}

}  // namespace

MovedImages moveImages(const graph::Model& model, const at::Tensor& images, const Approximated& settings) {
  MovedImages moved{.images = images};
  auto change = at::zeros_like(images);
  const auto half = (settings.steps + 1) / 2;
  for (int64_t step = 0; step < settings.steps; ++step) {
    const auto gap = gapOf(model, images + change);
    if (step == 0) moved.before = gap.distance;
    const auto size = step < half ? settings.bound : settings.bound / 2;
    change = (change - size * gap.slope.sign()).clamp_(-settings.bound, settings.bound);
  }
  moved.images = images + change;
  moved.after = gapOf(model, moved.images).distance;
  return moved;
}

Objective approximated(Objective objective, const Approximated& settings) {
  const auto first = std::make_shared<graph::Model>();
  objective.begin = [first, begin = std::move(objective.begin)](const graph::Model& model) {
    if (begin) begin(model);
    *first = model.clone();
    for (auto& [name, tensor] : first->tensors) tensor = tensor.detach();
  };
  objective.prepare = [first, settings, prepare = std::move(objective.prepare)](const graph::Model& model,
                                                                                Batch& batch) {
    if (prepare) prepare(model, batch);
    batch.clean = moveImages(*first, batch.clean, settings).images;
  };
  return objective;
}

}  // namespace shellac::train
