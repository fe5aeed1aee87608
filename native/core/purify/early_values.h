// Full-precision values of the images that join late (streams.h), kept from the pass that settles the ranges:
// it runs the same model on the same images. What is kept of an image is what the stream will hold of it from
// the moment it joins, and no more; so memory still follows the number of columns.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/purify/moments.h"
#include "core/purify/walk.h"
#include "core/quant/quantization.h"

namespace shellac::purify {

class EarlyValues {
 public:
  EarlyValues() = default;  // of nothing
  // joins: all but the first, which find nothing but images, are prepared for. order: as Streams has it;
  // batch: images of one of its batches.
  EarlyValues(const std::vector<Join>& joins, const at::Tensor& order, int64_t batch);

  // To be shown the values as they come by. It refers to this.
  quant::Onlooker onlooker();
  // The batches of a value for the join whose first image is `from`, once; none unless all of them were seen.
  std::optional<Batches> take(int64_t from, const std::string& value);

 private:
  struct Kept {
    int64_t from = 0, images = 0, seen = 0;  // of the stream's images, in their order
    Batches batches;
  };
  void see(Kept& kept, const at::Tensor& indices, const at::Tensor& value) const;

  int64_t batch_ = 1;
  std::map<int64_t, int64_t> places_;                    // in the stream, by image index
  std::map<std::string, std::map<int64_t, Kept>> kept_;  // by value and by the join's first image
};

}  // namespace shellac::purify
