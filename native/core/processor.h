// What the processor multiplies several times faster than float32, through libtorch's oneDNN.
#pragma once
#include <c10/core/Device.h>

namespace shellac {

// Where `device` is a CPU with instructions for them; elsewhere they are no faster, or slower by far.
bool fastBfloat16(at::Device device);
bool fastBytes(at::Device device);

}  // namespace shellac
