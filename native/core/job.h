// A long piece of work: it reports how far it is, and stops when asked.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

namespace shellac {

struct Progress {
  std::string stage;      // "calibrate", "purify", "train", "measure", ...
  std::string name = {};  // of the unit, where there is one
  int64_t unit = 0;       // finished units (or epochs), 0 .. units
  int64_t units = 0;
  int64_t step = 0;  // finished steps within the unit, 0 .. steps
  int64_t steps = 0;
  double loss = std::numeric_limits<double>::quiet_NaN();
};

class Job {
 public:
  using Report = std::function<void(const Progress&)>;
  explicit Job(Report report = {}) : report_(std::move(report)) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Throws Error{Aborted} once stop() was called. Call at least every 50 ms of work, from the job's thread.
  void checkpoint() const;
  void checkpoint(const Progress& progress) const;

  // From any thread.
  void stop() noexcept { stopped_.store(true, std::memory_order_relaxed); }

 private:
  Report report_;
  std::atomic<bool> stopped_{false};
};

}  // namespace shellac
