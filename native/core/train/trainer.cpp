#include "core/train/trainer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randperm.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <set>

#include "core/error.h"
#include "core/graph/op.h"
#include "core/train/kept_course.h"
#include "core/train/sharpness.h"

namespace shellac::train {
namespace {

using Seconds = std::chrono::duration<double>;

std::unique_ptr<Optimizer> makeOptimizer(graph::Model& model, const Options& options) {
  auto parameters = trainable(model);
  if (options.optimizer == Method::Adam)
    return adam(std::move(parameters), options.weightDecay, options.betas);
  return sgd(std::move(parameters), options.momentum, options.weightDecay);
}

Batch makeBatch(const data::Images& images, const at::Tensor& indices, const Options& options,
                at::Generator& generator, at::Device device) {
  const c10::NoGradGuard noGrad;
  const auto floats = augment(images.floats(indices, device), options.augmentation, generator);
  const auto ready = [&](const at::Tensor& x) {
    return images.normalize(x).contiguous(at::MemoryFormat::ChannelsLast);
  };
  return {.clean = ready(floats),
          .triggered = options.trigger ? ready(options.trigger->apply(floats)) : at::Tensor{},
          .labels = images.labels.index_select(0, indices).to(device),
          .indices = indices};
}

// The sum of the terms; their gradients are left in the parameters.
double accumulate(const graph::Model& model, const Objective& objective, const Batch& batch, const Job& job) {
  double total = 0;
  for (const auto& term : objective.terms) {
    job.checkpoint();
    const auto loss = term.loss(model, batch) * term.weight;
    loss.backward();
    total += loss.item<double>();
  }
  return total;
}

double descend(graph::Model& model, const Objective& objective, Batch& batch, const Options& options,
               Optimizer& optimizer, double factor, const Job& job) {
  if (objective.prepare) objective.prepare(model, batch);
  const auto total = accumulate(model, objective, batch, job);
  if (options.sharpness > 0)
    sharpen(model, options.sharpness, [&] { accumulate(model, objective, batch, job); });
  optimizer.step(options.learningRate * factor);
  if (objective.companion) objective.companion->step(factor);
  if (objective.project) {
    const c10::NoGradGuard noGrad;
    objective.project(model);
  }
  return total;
}

graph::Model finished(const graph::Model& model) {
  auto copy = model.clone();
  for (auto& [name, tensor] : copy.tensors)
    tensor = tensor.detach().to(at::kCPU).contiguous().requires_grad_(false);
  return copy;
}

double bestLoss(const std::vector<EpochReport>& epochs) {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& epoch : epochs) best = std::min(best, epoch.loss);
  return best;
}

void checkLoss(double loss, int64_t epoch) {
  if (!std::isfinite(loss))
    throw Error(Code::BadData, {.thing = "training",
                                .found = "a loss that is not finite in epoch " + std::to_string(epoch),
                                .expected = "a finite loss",
                                .remedy = "lower the learning rate"});
}

}  // namespace

double scheduleFactor(const Options& options, double progress) {
  const auto cosine = [](double t) { return 0.5 * (1 + std::cos(std::numbers::pi * t)); };
  constexpr double kWarmUp = 0.3, kStart = 1.0 / 25;
  switch (options.schedule) {
    case Schedule::Constant:
      return 1;
    case Schedule::Cosine:
      return cosine(progress);
    case Schedule::OneCycle:
      return progress < kWarmUp ? kStart + (1 - kStart) * progress / kWarmUp
                                : cosine((progress - kWarmUp) / (1 - kWarmUp));
    case Schedule::MultiStep:
      return std::pow(0.1, std::ranges::count_if(options.milestones,
                                                 [=](double milestone) { return progress >= milestone; }));
  }
  return 1;
}

std::vector<at::Tensor> trainable(graph::Model& model) {
  std::set<std::string> names;  // a tensor that two nodes share is trained once
  for (const auto& node : model.graph.nodes)
    for (const auto& role : graph::findOp(node).roles)
      if (const auto name = node.parameters.find(role.name); role.trainable && name != node.parameters.end())
        names.insert(name->second);
  std::vector<at::Tensor> parameters;
  for (const auto& name : names) parameters.push_back(model.tensors.at(name).requires_grad_());
  return parameters;
}

Batch wholeBatch(const data::Images& images, const Options& options) {
  auto plain = options;
  plain.augmentation = {};
  auto generator = at::make_generator<at::CPUGeneratorImpl>(options.seed);
  return makeBatch(images, at::arange(images.count(), at::kLong), plain, generator, at::kCPU);
}

Result train(const graph::Model& source, const data::Images& images, const Objective& objective,
             const Options& options, at::Device device, const Job& job, const Keeping& keeping) {
  const c10::AutoGradMode withGradients(true);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(options.seed);
  auto model = source.to(device).clone();
  if (objective.begin) objective.begin(model);
  const auto optimizer = makeOptimizer(model, options);
  // BN cannot normalize a batch of one image by its own statistics, so a short last batch is left to the next
  // epoch's draw.
  const auto batch = std::min(options.batch, images.count());
  const auto steps = images.count() / batch;
  Result result;
  const Course course{model, objective, *optimizer, generator, result};
  if (keeping.from) resumeCourse(*keeping.from, course, options.epochs);
  auto best = bestLoss(result.epochs);
  for (auto epoch = static_cast<int64_t>(result.epochs.size()); epoch < options.epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const auto order = at::randperm(images.count(), generator, at::kLong);
    double sum = 0;
    for (int64_t step = 0; step < steps; ++step) {
      const auto progress =
          static_cast<double>(epoch * steps + step) / static_cast<double>(options.epochs * steps);
      const auto factor = scheduleFactor(options, progress);
      auto samples =
          makeBatch(images, order.slice(0, step * batch, (step + 1) * batch), options, generator, device);
      const auto loss = descend(model, objective, samples, options, *optimizer, factor, job);
      checkLoss(loss, epoch + 1);
      sum += loss;
      job.checkpoint({.stage = "train",
                      .unit = epoch,
                      .units = options.epochs,
                      .step = step + 1,
                      .steps = steps,
                      .loss = loss});
    }
    const auto mean = sum / static_cast<double>(steps);
    const bool last = epoch + 1 == options.epochs;
    if (objective.keepBest ? mean < best : last) {
      best = mean;
      result.model = finished(model);
      if (objective.companion) result.companion = finished(objective.companion->model());
    }
    result.epochs.push_back({epoch + 1, mean, Seconds(std::chrono::steady_clock::now() - start).count()});
    keeping.offer([&] { return keepCourse(course, last); }, last);
  }
  return result;
}

}  // namespace shellac::train
