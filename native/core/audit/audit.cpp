#include "core/audit/audit.h"

#include <ATen/TensorOperators.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "core/error.h"

namespace shellac::audit {
namespace {

constexpr int64_t kDriftImages = 32;  // whose values are all kept at once
constexpr int64_t kFewest = 8;        // usable images without which a search says nothing

int64_t classesOf(const LoadedModel& fullPrecision, const LoadedModel& quantized,
                  const data::Images& images) {
  const auto classes = fullPrecision.classes(images.shape());
  data::checkLabels(images, classes);
  if (const auto others = quantized.classes(images.shape()); others != classes)
    throw Error(Code::BadModel, {.thing = "quantized model",
                                 .found = std::to_string(others) + " classes",
                                 .expected = std::to_string(classes) + ", those of the full-precision model",
                                 .remedy = "pass the model that it was made from"});
  return classes;
}

void search(const LoadedModel& fullPrecision, const LoadedModel& quantized, const data::Images& usable,
            const Pair& pair, int64_t classes, const Settings& settings, at::Device device, const Job& job,
            Findings& findings) {
  const auto held = std::min(settings.verify, usable.count() / 2);
  const auto part = [&](int64_t from, int64_t to) {
    auto some = usable;
    some.pixels = usable.pixels.slice(0, from, to);
    some.labels = usable.labels.slice(0, from, to);
    return some;
  };
  const auto inverted = invertTriggers(Frozen(fullPrecision, device), Frozen(quantized, device),
                                       part(held, usable.count()), classes, settings.search, device, job);
  const auto stamped = pair.stamped(part(0, held), inverted.mask, inverted.pattern, settings.batch, job);
  findings.steps = inverted.steps;
  for (int64_t k = 0; k < classes; ++k)
    findings.classes.push_back({.loss = inverted.losses[k],
                                .maskArea = inverted.mask[k].sum().item<double>(),
                                .stamped = stamped[k],
                                .mask = inverted.mask[k],
                                .pattern = inverted.pattern[k]});
}

}  // namespace

Findings audit(const LoadedModel& fullPrecision, const LoadedModel& quantized, const data::Images& images,
               const Settings& settings, at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;  // the search turns gradients on for itself
  const auto classes = classesOf(fullPrecision, quantized, images);
  const Pair pair(fullPrecision, quantized, device);
  const auto said = pair.on(images, settings.batch, job);
  const auto labels = images.labels.cpu();
  const auto rightly = said.fullPrecision == labels, stillRightly = said.quantized == labels;
  const auto places = (rightly & stillRightly).nonzero().flatten();
  Findings findings{.images = images.count(),
                    .agreed = (said.fullPrecision == said.quantized).sum().item<int64_t>(),
                    .fullPrecisionCorrect = rightly.sum().item<int64_t>(),
                    .quantizedCorrect = stillRightly.sum().item<int64_t>(),
                    .usable = places.size(0)};
  auto few = images;
  few.pixels = images.pixels.slice(0, 0, kDriftImages);
  findings.layers = layersOf(fullPrecision, quantized, few, device, job);
  if (settings.search.steps > 0 && findings.usable >= kFewest)
    search(fullPrecision, quantized, selected(images, places), pair, classes, settings, device, job,
           findings);
  return findings;
}

}  // namespace shellac::audit
