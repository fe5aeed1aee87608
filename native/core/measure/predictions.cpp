#include "core/measure/predictions.h"

#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <vector>

namespace shellac::measure {

at::Tensor predict(const graph::Program& program, const data::Images& images, const at::Tensor& floats,
                   const Job& job) {
  const auto read = images.normalize(floats).contiguous(at::MemoryFormat::ChannelsLast);
  return program.run({read}, [&] { job.checkpoint(); }).front().argmax(1);
}

at::Tensor predictAll(const graph::Program& program, const data::Images& images, int64_t batch,
                      at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;
  std::vector<at::Tensor> found;
  for (int64_t from = 0; from < images.count(); from += batch) {
    const auto to = std::min(from + batch, images.count());
    found.push_back(predict(program, images, images.floats(from, to, device), job));
  }
  return at::cat(found);
}

}  // namespace shellac::measure
