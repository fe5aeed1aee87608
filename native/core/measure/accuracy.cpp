#include "core/measure/accuracy.h"

#include <ATen/ops/ne.h>
#include <c10/core/GradMode.h>

#include "core/measure/checks.h"
#include "core/measure/predictions.h"

namespace shellac::measure {
Counts count(const LoadedModel& loaded, const data::Images& images, const std::optional<Attack>& attack,
             int64_t batch, at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;
  const auto classes = loaded.classes(images.shape());
  data::checkLabels(images, classes);
  if (attack) checkTarget(attack->target, classes);
  const auto program = loaded.program(device);
  Counts counts;
  for (int64_t from = 0; from < images.count(); from += batch) {
    const auto to = std::min(from + batch, images.count());
    const auto labels = images.labels.slice(0, from, to).to(device);
    const auto floats = images.floats(from, to, device);
    counts.samples += to - from;
    counts.correct += (predict(program, images, floats, job) == labels).sum().item<int64_t>();
    if (attack) {
      const auto others = at::ne(labels, attack->target);
      const auto given = predict(program, images, attack->trigger.apply(floats), job);
      counts.triggered += others.sum().item<int64_t>();
      counts.hits += ((given == attack->target) & others).sum().item<int64_t>();
      counts.robust += ((given == labels) & others).sum().item<int64_t>();
    }
    job.checkpoint({.stage = "measure", .unit = to, .units = images.count()});
  }
  return counts;
}

}  // namespace shellac::measure
