// What a model's values are on given images, channel by channel.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/data/images.h"
#include "core/job.h"
#include "core/loaded_model.h"

namespace shellac::measure {

struct Wanted {
  std::string value;                   // of a node
  std::vector<int64_t> channels = {};  // none: all
};

struct Sampling {
  int64_t limit = 4096;  // columns of a record; a value that has no more is recorded whole
  uint64_t seed = 0;
  int64_t batch = 128;
};

// Gathers columns of a value, batch after batch, at positions of all images that the seed alone decides: two
// models, or the same images with a trigger and without, are looked at in the same places.
class Record {
 public:
  Record(const Wanted& wanted, const Sampling& sampling, int64_t images);
  // The next batch: [n, c, h, w], [n, t, c] or [n, c].
  void add(const at::Tensor& value);
  // [channels, m], on the CPU: m the positions of all images, in order (image by image), or `limit` drawn
  // from them, ascending, of which some may come twice.
  at::Tensor finish() const;

 private:
  at::Tensor draw(int64_t positions) const;

  const Wanted wanted_;
  const Sampling sampling_;
  const int64_t images_;
  int64_t seen_ = 0;  // images
  at::Tensor drawn_;  // int64, ascending; undefined: all
  std::vector<at::Tensor> columns_;
};

// One record for each that is wanted. Throws Error{BadModel} for a value that there is not, Error{BadOption}
// for such a channel, Error{BadData}, Error{Aborted}.
std::vector<at::Tensor> recordValues(const LoadedModel& loaded, const data::Images& images,
                                     const std::optional<data::Trigger>& trigger,
                                     const std::vector<Wanted>& wanted, const Sampling& sampling,
                                     at::Device device, const Job& job);

}  // namespace shellac::measure
