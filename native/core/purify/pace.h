// How far the work on one unit is: what the solvers and PDA tell the job.
#pragma once
#include <limits>
#include <string>

#include "core/job.h"

namespace shellac::purify {

struct Pace {
  const Job& job;
  std::string unit = {};
  int64_t index = 0;  // units done before this one
  int64_t units = 0;

  // Both throw Error{Aborted} once the job is asked to stop.
  void alive() const { job.checkpoint(); }
  void at(int64_t step, int64_t steps, double loss = std::numeric_limits<double>::quiet_NaN()) const {
    job.checkpoint({.stage = "purify",
                    .name = unit,
                    .unit = index,
                    .units = units,
                    .step = step,
                    .steps = steps,
                    .loss = loss});
  }
};

}  // namespace shellac::purify
