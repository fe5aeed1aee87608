#pragma once
#include <ATen/core/Generator.h>

#include <cstddef>

namespace shellac::purify {

// One of so many cached batches.
size_t drawBatch(size_t batches, at::Generator& generator);

}  // namespace shellac::purify
