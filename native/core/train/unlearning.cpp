#include "core/train/unlearning.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/graph/executor.h"
#include "core/train/optimizer.h"
#include "core/train/trainer.h"

namespace shellac::train {
namespace {

using Tensors = std::vector<at::Tensor>;

Tensors slopes(const at::Tensor& of, const Tensors& to, const Tensors& weights = {}, bool keepGraph = false) {
  return torch::autograd::grad({of}, to, weights, /*retain_graph=*/true, keepGraph, /*allow_unused=*/true);
}

struct Samples {
  at::Tensor images, labels;
};

class Game {
 public:
  Game(const graph::Model& model, const Unlearning& settings) : model_(model), settings_(settings) {}

  // L
  at::Tensor attackLoss(const at::Tensor& images, const at::Tensor& delta) const {
    at::Tensor said;
    {
      const c10::NoGradGuard noGrad;
      said = graph::run(model_, images).argmax(1);
    }
    return settings_.penalty * delta.square().sum() -
           at::cross_entropy_loss(graph::run(model_, images + delta), said);
  }

  // H
  at::Tensor defenceLoss(const Samples& batch, const at::Tensor& delta) const {
    const auto n = batch.images.size(0);
    const auto share = settings_.perturbedShare * static_cast<double>(n);
    const auto perturbed = std::clamp<int64_t>(static_cast<int64_t>(share), 1, n);
    const auto mixed =
        at::cat({batch.images.slice(0, 0, perturbed) + delta, batch.images.slice(0, perturbed)});
    return at::cross_entropy_loss(graph::run(model_, mixed), batch.labels);
  }

  // Leaves dH/dθ as the parameters' gradients; returns H.
  double differentiate(const Samples& batch, const at::Tensor& perturbation, Tensors& parameters) const {
    const auto delta = perturbation.detach().requires_grad_();
    const auto downhill = slopes(attackLoss(batch.images, delta), {delta}, {}, /*keepGraph=*/true)[0];
    const auto phi = delta - settings_.fixedPointStep * downhill;
    const auto loss = defenceLoss(batch, delta);
    const auto back = [&](const at::Tensor& v) { return slopes(phi, {delta}, {v})[0]; };
    const auto v = fixedPoint(back, slopes(loss, {delta})[0], settings_.iterations);
    const auto direct = slopes(loss, parameters);
    const auto implicit = slopes(phi, parameters, {v});
    for (size_t i = 0; i < parameters.size(); ++i) {
      auto sum = direct[i].defined() ? direct[i].detach() : at::zeros_like(parameters[i]);
      if (implicit[i].defined()) sum = sum + implicit[i].detach();
      parameters[i].mutable_grad() = sum;
    }
    return loss.item<double>();
  }

 private:
  const graph::Model& model_;
  const Unlearning& settings_;
};

// What the rounds change.
struct Unlearned {
  graph::Model& model;
  Optimizer& optimizer;
  at::Generator& generator;
  Rows losses = {};  // the last one of each round

  Kept kept() const {
    Kept kept;
    keepRows(kept, "rounds", losses);
    keepTensors(kept, "model/", model.tensors);
    optimizer.keep(kept, "optimizer/");
    keepGenerator(kept, "generator", generator);
    return kept;
  }
  void resume(const Kept& kept) {
    losses = keptRows(kept, "rounds", 1);
    resumeTensors(kept, "model/", model.tensors);
    optimizer.resume(kept, "optimizer/");
    resumeGenerator(kept, "generator", generator);
  }
};

void checkFinite(double loss, int64_t round) {
  if (!std::isfinite(loss))
    throw Error(Code::BadData, {.thing = "unlearning",
                                .found = "a loss that is not finite in round " + std::to_string(round + 1),
                                .expected = "a finite loss",
                                .remedy = "lower the learning rate"});
}

}  // namespace

at::Tensor fixedPoint(const std::function<at::Tensor(const at::Tensor&)>& transposedJacobian,
                      const at::Tensor& g, int64_t iterations) {
  auto v = at::zeros_like(g);
  for (int64_t i = 0; i < iterations; ++i) v = transposedJacobian(v) + g;
  return v;
}

graph::Model unlearn(const graph::Model& source, const data::Images& images, const Unlearning& settings,
                     at::Device device, const Job& job, const Keeping& keeping) {
  const c10::AutoGradMode withGradients(true);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(settings.seed);
  auto model = source.to(device).clone();
  auto parameters = trainable(model);
  const auto optimizer = adam(parameters, 0);
  const Game game(model, settings);
  const auto n = images.count(), batch = std::min(settings.batch, n), steps = (n + batch - 1) / batch;
  const auto shape = images.shape();
  const auto samples = [&](const at::Tensor& order, int64_t step) -> Samples {
    const auto indices = order.slice(0, step * batch, std::min((step + 1) * batch, n));
    return {images.normalize(images.floats(indices, device)),
            images.labels.index_select(0, indices).to(device)};
  };
  Unlearned unlearned{model, *optimizer, generator};
  if (keeping.from) unlearned.resume(*keeping.from);
  auto& losses = unlearned.losses;
  for (auto round = static_cast<int64_t>(losses.size()); round < settings.rounds; ++round) {
    const auto order = at::randperm(n, generator, at::kLong);
    auto delta = at::zeros({1, shape[0], shape[1], shape[2]}, at::TensorOptions(device).dtype(at::kFloat));
    const auto report = [&](int64_t step, double loss) {
      checkFinite(loss, round);
      job.checkpoint({.stage = "unlearn",
                      .unit = round,
                      .units = settings.rounds,
                      .step = step,
                      .steps = 2 * steps,
                      .loss = loss});
    };
    for (int64_t step = 0; step < steps; ++step) {
      const auto variable = delta.detach().requires_grad_();
      const auto loss = game.attackLoss(samples(order, step).images, variable);
      delta = delta - settings.perturbationRate * slopes(loss, {variable})[0].detach();
      report(step + 1, loss.item<double>());
    }
    double last = 0;
    for (int64_t step = 0; step < steps; ++step) {
      const auto loss = last = game.differentiate(samples(order, step), delta, parameters);
      optimizer->step(settings.learningRate);
      report(steps + step + 1, loss);
    }
    losses.push_back({last});
    keeping.offer([&] { return unlearned.kept(); });
  }
  for (auto& [name, tensor] : model.tensors)
    tensor = tensor.detach().to(at::kCPU).contiguous().requires_grad_(false);
  return model;
}

}  // namespace shellac::train
