#include "bindings/job_options.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "bindings/convert.h"
#include "core/error.h"

namespace shellac::bindings {
namespace {

// Read before any job changes it.
int defaultThreads() {
  static const int threads = at::get_num_threads();
  return threads;
}

}  // namespace

at::Device JobOptions::enter() const {
  const auto fallback = defaultThreads();
  at::set_num_threads(threads > 0 ? static_cast<int>(threads) : fallback);
  const at::Device device(deviceName);
  if (device.is_cuda() && !at::globalContext().hasCUDA())
    throw Error(Code::Device, {.thing = "device '" + deviceName + "'",
                               .found = "a libtorch that sees no CUDA device",
                               .expected = "a CUDA build of libtorch and a working GPU",
                               .remedy = "use device 'cpu', or see shellac doctor"});
  return device;
}

JobOptions jobOptionsFrom(const Napi::Object& options) {
  return {.deviceName = text(options, "device"),
          .threads = integer(options, "threads"),
          .seed = static_cast<uint64_t>(integer(options, "seed"))};
}

}  // namespace shellac::bindings
