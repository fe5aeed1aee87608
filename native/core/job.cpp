#include "core/job.h"

#include "core/error.h"

namespace shellac {

void Job::checkpoint() const {
  if (stopped_.load(std::memory_order_relaxed))
    throw Error(Code::Aborted, {.thing = "job", .found = "it was asked to stop"});
}

void Job::checkpoint(const Progress& progress) const {
  checkpoint();
  if (report_) report_(progress);
}

}  // namespace shellac
