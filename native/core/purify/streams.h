// The values of all calibration images that somebody has yet to read: at full precision and in the quantized,
// already corrected model, side by side, in batches.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/graph/executor.h"
#include "core/job.h"
#include "core/purify/moments.h"

namespace shellac::purify {

class Streams {
 public:
  // model: on the device; corrected: how the quantized model is read.
  Streams(const graph::Model& model, graph::Reading corrected, const Job& job);

  // The model's input, [n, ...] each.
  void feed(const Batches& images);
  // Runs the node on both streams.
  void pass(const graph::Node& node);
  // Runs a unit's nodes on one stream; the values between them live for one batch.
  void passFull(const std::vector<std::string>& nodes);
  void passCorrected(const std::vector<std::string>& nodes);

  const Batches& full(const std::string& value) const { return full_.at(value); }
  const Batches& corrected(const std::string& value) const { return corrected_.at(value); }
  void forget(const std::string& value);

 private:
  using Values = std::map<std::string, Batches>;
  at::Tensor step(const graph::Node& node, const Values& values, size_t batch,
                  const graph::Reading& reading) const;
  void chain(const std::vector<std::string>& nodes, Values& values, const graph::Reading& reading);

  const graph::Model& model_;
  graph::Reading reading_;
  const Job& job_;
  size_t batches_ = 0;
  Values full_, corrected_;
};

}  // namespace shellac::purify
