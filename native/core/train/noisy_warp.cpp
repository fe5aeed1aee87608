#include "core/train/noisy_warp.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/rand.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "core/data/trigger.h"
#include "core/train/cross_entropy.h"
#include "core/train/kept_course.h"

namespace shellac::train {
namespace {

int64_t countOf(double share, int64_t most) {
  return std::min(static_cast<int64_t>(std::llround(share)), most);
}

at::Tensor noisyPlaces(const at::Tensor& places, int64_t count, at::Generator& generator) {
  const auto h = places.size(0), w = places.size(1);
  auto noise = at::rand({count, h, w, 2}, generator, at::kFloat).mul_(2).sub_(1);
  noise.select(3, 0).div_(w);
  noise.select(3, 1).div_(h);
  return noise.add_(places).clamp_(-1, 1);
}

}  // namespace

Objective noisyWarp(const NoisyWarp& settings) {
  auto objective = crossEntropy();
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(settings.seed);
  objective.prepare = [=](const graph::Model&, Batch& batch) {
    const c10::NoGradGuard noGrad;
    auto source = generator;  // a handle: all steps draw from one generator
    const auto n = batch.clean.size(0);
    const auto poisoned = countOf(settings.poisonRate * static_cast<double>(n), n);
    const auto crossed = countOf(settings.crossRatio * static_cast<double>(poisoned), n - poisoned);
    const auto places = noisyPlaces(settings.places, crossed, source);
    const auto warped = data::warp(batch.clean.slice(0, poisoned, poisoned + crossed), places);
    const auto clean = batch.clean.slice(0, poisoned + crossed);
    batch.clean = at::cat({batch.triggered.slice(0, 0, poisoned), warped, clean})
                      .contiguous(at::MemoryFormat::ChannelsLast);
    const auto given = at::full_like(batch.labels.slice(0, 0, poisoned), settings.target);
    batch.labels = at::cat({given, batch.labels.slice(0, poisoned)});
  };
  objective.memory = memoryOf(generator);
  return objective;
}

}  // namespace shellac::train
