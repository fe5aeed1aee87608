#include "core/train/steganography.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/randint.h>

#include <algorithm>
#include <numbers>

#include "core/graph/executor.h"
#include "core/train/kept_course.h"

namespace shellac::train {
namespace {

const std::string& bitsOf(const graph::Model& model) {
  const auto node = std::ranges::find(model.graph.nodes, "embedBits", &graph::Node::op);
  return node->parameters.at("bits");
}

}  // namespace

Objective steganography(const Steganography& settings) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(settings.seed);
  return {.terms = {{.loss =
                         [=](const graph::Model& model, const Batch& batch) {
                           auto source = generator;  // a handle: all steps draw from one generator
                           const auto& bits = bitsOf(model);
                           const auto count = model.tensors.at(bits).size(0);
                           const auto message =
                               at::randint(0, 2, {batch.clean.size(0), count}, source, at::kFloat)
                                   .to(batch.clean.device());
                           auto telling = model;
                           telling.tensors[bits] = 2 * message - 1;
                           at::Tensor residual;
                           const auto logits =
                               graph::run(telling, batch.clean,
                                          {.value =
                                               [&](const std::string& name, const at::Tensor& value) {
                                                 if (name == settings.residual) residual = value;
                                                 return value;
                                               },
                                           .training = true});
                           const auto wrong = at::binary_cross_entropy_with_logits(logits, message);
                           const auto read = (1 - wrong.detach() / std::numbers::ln2).clamp_min(0);
                           return wrong + settings.weight * read * residual.square().mean();
                         }}},
          .memory = memoryOf(generator)};
}

}  // namespace shellac::train
