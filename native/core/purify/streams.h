// The values that somebody has yet to read, at full precision and in the quantized, already corrected model,
// side by side, in batches. Images join late: a unit with large maps has its columns from a few images, one
// with small maps needs many; an image is run from the start up to here only once a unit asks for more
// images. So memory follows the number of columns, and not the number of calibration images.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/data/images.h"
#include "core/graph/program.h"
#include "core/job.h"
#include "core/purify/early_values.h"
#include "core/purify/moments.h"
#include "core/quant/quantization.h"

namespace shellac::purify {

class Streams {
 public:
  // model: on the device. corrected: its codes are read once their unit is passed. order: int64, image
  // indices in the order in which they join. early: what is known of them at full precision already.
  Streams(const graph::Model& model, const quant::Quantization& corrected, const data::Images& images,
          const at::Tensor& order, EarlyValues early, int64_t batch, at::Device device, const Job& job);

  // From here on there are at least so many images, or all.
  void join(int64_t images);
  // Runs nodes that follow one another; the values between them live for one batch. The first form leaves the
  // corrected stream where it is; passCorrected brings it up.
  void passFull(const std::vector<std::string>& nodes);
  void passCorrected(const std::vector<std::string>& nodes);
  void forget(const std::string& value);

  const Batches& full(const std::string& value) const { return full_.values.at(value); }
  const Batches& corrected(const std::string& value) const { return corrected_.values.at(value); }

 private:
  struct Side {
    std::map<std::string, Batches> values;
    bool quantized = false;
  };
  graph::Program program(const Side& side, const std::vector<std::string>& inputs,
                         const std::vector<std::string>& outputs) const;
  void pass(Side& side, const std::vector<std::string>& nodes);
  void join(Side& side, const Batches& images);
  bool recall(int64_t from);

  const graph::Model& model_;
  const quant::Quantization& quantization_;
  const data::Images& images_;
  const at::Tensor order_;
  EarlyValues early_;
  const int64_t batch_;
  const at::Device device_;
  const Job& job_;
  int64_t joined_ = 0;
  Side full_, corrected_;
};

}  // namespace shellac::purify
