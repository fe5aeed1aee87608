#include "core/data/images.h"

#include <ATen/ops/index_select.h>

#include "core/error.h"

namespace shellac::data {
namespace {

at::Tensor toFloats(const at::Tensor& bytes, at::Device device) {
  return bytes.to(device).to(at::kFloat).div_(255);
}

}  // namespace

at::Tensor Images::floats(int64_t from, int64_t to, at::Device device) const {
  return toFloats(pixels.slice(0, from, to), device);
}

at::Tensor Images::floats(const at::Tensor& indices, at::Device device) const {
  return toFloats(at::index_select(pixels, 0, indices), device);
}

at::Tensor Images::normalize(const at::Tensor& floats) const {
  const auto perChannel = [&](const at::Tensor& t) { return t.to(floats.device()).view({1, -1, 1, 1}); };
  return (floats - perChannel(mean)).div_(perChannel(deviation));
}

void checkLabels(const Images& images, int64_t classes) {
  if (!images.labels.defined())
    throw Error(Code::BadData, {.thing = "images",
                                .found = "no labels",
                                .expected = "a label for each image",
                                .remedy = "use a dataset with one folder a class"});
  const auto lowest = images.labels.min().item<int64_t>(), highest = images.labels.max().item<int64_t>();
  if (lowest < 0 || highest >= classes)
    throw Error(Code::BadData, {.thing = "image labels",
                                .found = "class index " + std::to_string(lowest < 0 ? lowest : highest),
                                .expected = "0 to " + std::to_string(classes - 1) + ", the model's classes",
                                .remedy = "use the dataset that the model was trained for"});
}

}  // namespace shellac::data
