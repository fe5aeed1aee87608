#include "core/audit/trigger_inversion.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sigmoid.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <functional>

#include "core/train/optimizer.h"

namespace shellac::audit {
namespace {

// Where the search begins: a mask of about a tenth everywhere, any pattern.
constexpr double kFirstMask = -2, kMaskNoise = 0.1;

Stamps begin(int64_t classes, const std::vector<int64_t>& shape, at::Generator& generator,
             at::Device device) {
  const auto draw = [&](int64_t channels) {
    return at::randn({classes, channels, shape[1], shape[2]}, generator);
  };
  auto mask = draw(1).mul_(kMaskNoise).add_(kFirstMask).to(device);
  auto pattern = draw(shape[0]).to(device);
  return {mask.requires_grad_(), pattern.requires_grad_()};
}

// Ends a group whose losses have stopped falling: in `window` steps no class lost more than `least` of its
// own.
class Patience {
 public:
  bool over(const at::Tensor& losses) {
    sum_ = sum_.defined() ? sum_ + losses : losses;
    if (++count_ % kWindow != 0) return false;
    const bool stuck = last_.defined() && !(sum_ < last_ * (1 - kLeast)).any().item<bool>();
    last_ = sum_;
    sum_.reset();
    return stuck;
  }

 private:
  static constexpr int64_t kWindow = 15;
  static constexpr double kLeast = 0.02;
  at::Tensor sum_, last_;
  int64_t count_ = 0;
};

struct Sides {
  const Frozen &fullPrecision, &quantized;
};

struct Group {
  at::Tensor mask, pattern, losses;
  int64_t steps = 0;
};

Group invertGroup(const Sides& sides, const data::Images& images, const at::Tensor& classes,
                  const Search& search, at::Device device,
                  const std::function<void(int64_t, double)>& report) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(search.seed);
  const auto stamps = begin(classes.size(0), images.shape(), generator, device);
  const auto optimizer = train::adam({stamps.mask, stamps.pattern}, 0);
  Patience patience;
  Group group;
  while (group.steps < search.steps) {
    const auto chosen = at::randint(images.count(), {search.batch}, generator, at::kLong);
    const auto labels = images.labels.index_select(0, chosen).to(device);
    const auto losses =
        inversionLosses(sides.fullPrecision, sides.quantized, images, images.floats(chosen, device), labels,
                        classes, stamps, search.areaWeight);
    losses.sum().backward();
    optimizer->step(search.learningRate);
    group.losses = losses.detach();
    report(++group.steps, group.losses.mean().item<double>());
    if (patience.over(group.losses)) break;
  }
  group.mask = at::sigmoid(stamps.mask.detach()).cpu();
  group.pattern = at::sigmoid(stamps.pattern.detach()).cpu();
  return group;
}

}  // namespace

at::Tensor Stamps::on(const at::Tensor& floats) const {
  const auto m = at::sigmoid(mask).unsqueeze(1), p = at::sigmoid(pattern).unsqueeze(1);
  return ((1 - m) * floats.unsqueeze(0) + m * p).flatten(0, 1);
}

at::Tensor inversionLosses(const Frozen& fullPrecision, const Frozen& quantized, const data::Images& images,
                           const at::Tensor& floats, const at::Tensor& labels, const at::Tensor& classes,
                           const Stamps& stamps, double areaWeight) {
  const auto k = classes.size(0), n = labels.size(0);
  const auto read = images.normalize(stamps.on(floats)).contiguous(at::MemoryFormat::ChannelsLast);
  const auto others = at::ne(labels.unsqueeze(0), classes.unsqueeze(1)).to(at::kFloat);  // [k, n]
  const auto share = others / others.sum(1, /*keepdim=*/true).clamp_min(1);
  const auto crossEntropy = [&](const Frozen& model, const at::Tensor& wanted) {
    const auto each = at::cross_entropy_loss(model.logits(read), wanted, {}, at::Reduction::None);
    return (each.view({k, n}) * share).sum(1);
  };
  return crossEntropy(quantized, classes.repeat_interleave(n)) +
         crossEntropy(fullPrecision, labels.repeat({k})) +
         areaWeight * at::sigmoid(stamps.mask).mean({1, 2, 3});
}

Inverted invertTriggers(const Frozen& fullPrecision, const Frozen& quantized, const data::Images& images,
                        int64_t classes, const Search& search, at::Device device, const Job& job) {
  const c10::AutoGradMode withGradients(true);
  const auto most = std::clamp<int64_t>(search.imagesAtOnce / search.batch, 1, classes);
  const auto groups = (classes + most - 1) / most;
  std::vector<at::Tensor> masks, patterns;
  Inverted inverted;
  for (int64_t group = 0; group < groups; ++group) {
    const auto from = classes * group / groups, to = classes * (group + 1) / groups;
    const auto members = at::arange(from, to, at::TensorOptions(at::kLong).device(device));
    const auto report = [&](int64_t step, double loss) {
      job.checkpoint({.stage = "search",
                      .unit = group,
                      .units = groups,
                      .step = step,
                      .steps = search.steps,
                      .loss = loss});
    };
    const auto found = invertGroup({fullPrecision, quantized}, images, members, search, device, report);
    masks.push_back(found.mask);
    patterns.push_back(found.pattern);
    const auto losses = found.losses.cpu();
    for (int64_t i = 0; i < losses.size(0); ++i) inverted.losses.push_back(losses[i].item<double>());
    inverted.steps += found.steps;
  }
  inverted.mask = at::cat(masks);
  inverted.pattern = at::cat(patterns);
  return inverted;
}

}  // namespace shellac::audit
