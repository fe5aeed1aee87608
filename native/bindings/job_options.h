// The options that every job has: device, threads, seed.
#pragma once
#include <ATen/core/Tensor.h>
#include <napi.h>

#include <cstdint>
#include <string>

namespace shellac::bindings {

struct JobOptions {
  std::string deviceName = "cpu";
  int64_t threads = 0;  // 0: libtorch's default
  uint64_t seed = 0;

  // Called first on the job's thread: settles its threads and returns the device. Throws Error{Device}.
  at::Device enter() const;
};

JobOptions jobOptionsFrom(const Napi::Object& options);

}  // namespace shellac::bindings
