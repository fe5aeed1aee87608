// A reading that also asks the job at every node whether to go on: one pass of a large model can take
// seconds.
#pragma once
#include "core/graph/executor.h"
#include "core/job.h"

namespace shellac {

inline graph::Reading interruptible(graph::Reading reading, const Job& job) {
  reading.value = [&job, inner = std::move(reading.value)](const std::string& name, const at::Tensor& value) {
    job.checkpoint();
    return inner ? inner(name, value) : value;
  };
  return reading;
}

}  // namespace shellac
