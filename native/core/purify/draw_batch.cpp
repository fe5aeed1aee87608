#include "core/purify/draw_batch.h"

#include <ATen/ops/randint.h>

namespace shellac::purify {

size_t drawBatch(size_t batches, at::Generator& generator) {
  return static_cast<size_t>(
      at::randint(0, static_cast<int64_t>(batches), {1}, generator, at::kLong).item<int64_t>());
}

}  // namespace shellac::purify
