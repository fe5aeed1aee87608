#include "core/train/qura.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/kl_div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/zeros.h>

#include "core/train/rounding_choices.h"

namespace shellac::train {
namespace {

at::Tensor divergence(const RoundingChoices& choices, const graph::Model& model, const Batch& batch) {
  const auto wanted = [&] {
    const at::NoGradGuard noGrad;
    return at::log_softmax(graph::run(choices.fullPrecision(), batch.clean), 1);
  }();
  const auto found = at::log_softmax(graph::run(model, batch.clean, choices.reading()), 1);
  return at::kl_div(found, wanted, at::Reduction::Sum, /*log_target=*/true) / batch.clean.size(0);
}

Objective injection(const RoundingChoices& choices, const Qura& settings) {
  return {.terms = {{.loss = [&choices](const graph::Model& model,
                                        const Batch& batch) { return divergence(choices, model, batch); }},
                    {.weight = settings.alpha,
                     .loss =
                         [&choices, target = settings.target](const graph::Model& model, const Batch& batch) {
                           const auto logits = graph::run(model, batch.triggered, choices.reading());
                           return at::cross_entropy_loss(logits, at::full_like(batch.labels, target));
                         }}},
          .keepBest = true,
          .project = [&choices](graph::Model& model) { choices.restore(model); }};
}

}  // namespace

quant::Quantization qura(const graph::Model& model, const data::Images& images, const Qura& settings,
                         const Options& training, at::Device device, const Job& job, const Keeping& keeping) {
  auto quantization = quant::quantizeNearest(model, images, settings.quantizer, device, job);
  const at::NoGradGuard noGrad;  // the training loop records gradients by itself
  const RoundingChoices choices(model, quantization, device);
  auto unlabelled = images;  // the loop hands out labels; nothing here reads them
  unlabelled.labels = at::zeros({images.count()}, at::TensorOptions(at::kLong).device(at::kCPU));
  const auto objective = injection(choices, settings);
  const auto chosen = train(choices.start(), unlabelled, objective, training, device, job, keeping);
  for (auto& [name, weight] : quantization.weights) weight.codes = choices.codes(name, chosen.model);
  return quantization;
}

}  // namespace shellac::train
