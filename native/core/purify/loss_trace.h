// How a loss fell: the means of consecutive spans of iterations, at most kPoints of them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace shellac::purify {

class LossTrace {
 public:
  static constexpr int64_t kPoints = 100;

  explicit LossTrace(int64_t iterations)
      : span_(std::max<int64_t>(1, (iterations + kPoints - 1) / kPoints)) {}

  void see(double loss) {
    sum_ += loss;
    if (++count_ == span_) close();
  }

  // A rest of iterations, where the loop ended within a span, is a span of its own.
  std::vector<double> finish() {
    if (count_ > 0) close();
    return means_;
  }

 private:
  void close() {
    means_.push_back(sum_ / static_cast<double>(count_));
    sum_ = 0;
    count_ = 0;
  }

  int64_t span_;
  int64_t count_ = 0;
  double sum_ = 0;
  std::vector<double> means_;
};

}  // namespace shellac::purify
