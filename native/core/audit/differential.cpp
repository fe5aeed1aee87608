#include "core/audit/differential.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ne.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace shellac::audit {

Pair::Pair(const LoadedModel& fullPrecision, const LoadedModel& quantized, at::Device device)
    : fullPrecision_(fullPrecision.program(device)), quantized_(quantized.program(device)), device_(device) {}

at::Tensor Pair::say(const graph::Program& program, const at::Tensor& normalized, const Job& job) const {
  return program.run({normalized}, [&] { job.checkpoint(); }).front().argmax(1).cpu();
}

Sayings Pair::on(const data::Images& images, int64_t batch, const Job& job) const {
  const c10::NoGradGuard noGrad;
  std::vector<at::Tensor> fullPrecision, quantized;
  for (int64_t from = 0; from < images.count(); from += batch) {
    const auto to = std::min(from + batch, images.count());
    const auto read =
        images.normalize(images.floats(from, to, device_)).contiguous(at::MemoryFormat::ChannelsLast);
    fullPrecision.push_back(say(fullPrecision_, read, job));
    quantized.push_back(say(quantized_, read, job));
    job.checkpoint({.stage = "compare", .unit = to, .units = images.count()});
  }
  return {at::cat(fullPrecision), at::cat(quantized)};
}

std::vector<Stamped> Pair::stamped(const data::Images& images, const at::Tensor& mask,
                                   const at::Tensor& pattern, int64_t batch, const Job& job) const {
  const c10::NoGradGuard noGrad;
  std::vector<Stamped> found(mask.size(0));
  for (int64_t k = 0; k < mask.size(0); ++k) {
    const auto m = mask[k].to(device_), p = pattern[k].to(device_);
    for (int64_t from = 0; from < images.count(); from += batch) {
      const auto to = std::min(from + batch, images.count());
      const auto stamped = (1 - m) * images.floats(from, to, device_) + m * p;
      const auto read = images.normalize(stamped).contiguous(at::MemoryFormat::ChannelsLast);
      const auto others = at::ne(images.labels.slice(0, from, to).cpu(), k);
      const auto hits = [&](const graph::Program& program) {
        return ((say(program, read, job) == k) & others).sum().item<int64_t>();
      };
      found[k].tried += others.sum().item<int64_t>();
      found[k].quantizedHits += hits(quantized_);
      found[k].fullPrecisionHits += hits(fullPrecision_);
    }
    job.checkpoint({.stage = "verify", .unit = k + 1, .units = mask.size(0)});
  }
  return found;
}

data::Images selected(const data::Images& images, const at::Tensor& places) {
  auto some = images;
  some.pixels = images.pixels.index_select(0, places);
  some.labels = images.labels.index_select(0, places);
  return some;
}

}  // namespace shellac::audit
