#include "core/train/input_aware.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/graph/executor.h"
#include "core/train/trainer.h"

namespace shellac::train {
namespace {

at::Tensor partners(const at::Tensor& values) { return at::roll(values, values.size(0) / 2, 0); }

at::Tensor squares(const at::Tensor& one, const at::Tensor& other) {
  return (one - other).square().flatten(1).mean(1);
}

// The root has no gradient at 0, which the patterns of two images that are the same would reach.
at::Tensor likeness(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& y1, const at::Tensor& y2) {
  return (squares(x1, x2).sqrt() / (squares(y1, y2).clamp_min(1e-12).sqrt() + 1e-7)).mean();
}

// What a network of images makes of them, as images again.
at::Tensor imagesFrom(const graph::Model& network, const at::Tensor& x, bool training) {
  return graph::run(network, x, {.training = training}).reshape({x.size(0), -1, x.size(2), x.size(3)});
}

struct Shares {
  int64_t poisoned, crossed;
};

Shares sharesOf(const InputAware& settings, int64_t n) {
  const auto count = [](double wanted) { return static_cast<int64_t>(std::llround(wanted)); };
  const auto poisoned = std::clamp<int64_t>(count(settings.poisonRate * static_cast<double>(n)), 1, n);
  const auto crossed = count(settings.crossRatio * static_cast<double>(poisoned));
  return {poisoned, std::min(crossed, n - poisoned)};
}

class Game {
 public:
  explicit Game(const InputAware& settings)
      : settings_(settings), generator_(settings.generator), mask_(settings.mask) {}

  void begin(const graph::Model& model) {
    const auto device = model.tensors.begin()->second.device();
    const auto perChannel = [&](const std::vector<double>& values) {
      return at::tensor(values, at::TensorOptions(device).dtype(at::kFloat)).view({1, -1, 1, 1});
    };
    mean_ = perChannel(settings_.mean);
    deviation_ = perChannel(settings_.deviation);
    generator_ = settings_.generator.to(device).clone();
    mask_ = settings_.mask.to(device);
    optimizer_ = adam(trainable(generator_), 0, {.first = 0.5, .second = 0.9});
  }

  at::Tensor loss(const graph::Model& model, const Batch& batch) const {
    const auto [poisoned, crossed] = sharesOf(settings_, batch.clean.size(0));
    const auto changed = poisoned + crossed;
    const auto x = batch.clean * deviation_ + mean_;
    const auto others = partners(x).slice(0, poisoned, changed);
    const auto sources = at::cat({x.slice(0, 0, poisoned), others});
    const auto patterns = imagesFrom(generator_, sources, /*training=*/true);
    const auto carriers = x.slice(0, 0, changed);
    const auto triggered = carriers + (patterns - carriers) * maskOf(sources);
    const auto images = at::cat({(triggered - mean_) / deviation_, batch.clean.slice(0, changed)});
    const auto targets = at::full_like(batch.labels.slice(0, 0, poisoned), settings_.target);
    const auto logits =
        graph::run(model, images.contiguous(at::MemoryFormat::ChannelsLast), {.training = true});
    const auto right = at::cross_entropy_loss(logits, at::cat({targets, batch.labels.slice(0, poisoned)}));
    const auto pairs = std::min(poisoned, crossed);
    if (pairs == 0) return right;
    return right + settings_.diversity * likeness(x.slice(0, 0, pairs), others.slice(0, 0, pairs),
                                                  patterns.slice(0, 0, pairs),
                                                  patterns.slice(0, poisoned, poisoned + pairs));
  }

  void step(double factor) { optimizer_->step(settings_.learningRate * factor); }
  const graph::Model& generator() const { return generator_; }

  Kept keep() const {
    Kept kept;
    keepTensors(kept, "generator/", generator_.tensors);
    optimizer_->keep(kept, "optimizer/");
    return kept;
  }
  void resume(const Kept& kept) {
    resumeTensors(kept, "generator/", generator_.tensors);
    optimizer_->resume(kept, "optimizer/");
  }

 private:
  at::Tensor maskOf(const at::Tensor& images) const {
    const c10::NoGradGuard noGrad;
    return imagesFrom(mask_, images, /*training=*/false);
  }

  InputAware settings_;
  graph::Model generator_, mask_;
  at::Tensor mean_, deviation_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace

Objective sparseMask(const SparseMask& settings) {
  return {.terms = {{.loss = [settings](const graph::Model& model, const Batch& batch) {
            const auto& x = batch.clean;
            const auto masks = imagesFrom(model, x, /*training=*/true);
            return settings.sparsity * at::relu(masks - settings.density).mean() +
                   settings.diversity * likeness(x, partners(x), masks, partners(masks));
          }}}};
}

Objective inputAware(const InputAware& settings) {
  const auto game = std::make_shared<Game>(settings);
  return {.terms = {{.loss = [game](const graph::Model& model,
                                    const Batch& batch) { return game->loss(model, batch); }}},
          .begin = [game](const graph::Model& model) { game->begin(model); },
          .companion = Companion{.step = [game](double factor) { game->step(factor); },
                                 .model = [game]() -> const graph::Model& { return game->generator(); }},
          .memory = Memory{.keep = [game] { return game->keep(); },
                           .resume = [game](const Kept& kept) { game->resume(kept); }}};
}

}  // namespace shellac::train
