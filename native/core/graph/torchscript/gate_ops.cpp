// Products of values, and parts of an image's channels: what squeeze-and-excitation blocks, layer scales and
// shuffling networks have.
#include <algorithm>

#include "core/error.h"
#include "core/graph/torchscript/call.h"

namespace shellac::graph::torchscript {
namespace {

// A number a channel: [c, 1, 1] for an image, [c] for tokens.
Value scaled(const Call& call, const Activation& x, Parameter weight) {
  const auto& shape = call.builder.shape(x);
  const auto sizes = weight.tensor.sizes().vec();
  const bool fits = shape.size() == 3 ? sizes == std::vector<int64_t>{shape[0], 1, 1} ||
                                            sizes == std::vector<int64_t>{1, shape[0], 1, 1}
                                      : sizes == std::vector<int64_t>{shape.back()};
  if (!fits) call.refuse("it multiplies by numbers that are not one a channel");
  weight.tensor = weight.tensor.flatten();
  return {call.builder.emit("scale", {x}, {}, {{"weight", weight}})};
}

Value multiply(const Call& call) {
  const auto *one = call.at(0).as<Activation>(), *other = call.at(1).as<Activation>();
  if (!one && !other) return scalarOps().at("aten::mul")(call);
  if (!one) return scaled(call, *other, call.parameter(0));
  if (!other) return scaled(call, *one, call.parameter(1));
  const auto positions = [&](const Activation& x) {
    const auto& shape = call.builder.shape(x);
    return shape.size() == 3 ? shape[1] * shape[2] : 0;
  };
  const bool swapped = positions(*one) < positions(*other);
  return {call.builder.emit("multiply", {swapped ? *other : *one, swapped ? *one : *other})};
}

Value parts(const Call& call, const std::vector<int64_t>& sizes) {
  const auto x = call.activation(0);
  std::vector<Value> made;
  int64_t from = 0;
  for (const auto size : sizes) {
    made.push_back({call.builder.emit("channels", {x}, {{"from", from}, {"to", from + size}})});
    from += size;
  }
  return sequence(std::move(made));
}

int64_t channelsToPart(const Call& call) {
  const auto& shape = call.builder.shape(call.activation(0));
  if (shape.size() != 3 || (call.integer(2) != 1 && call.integer(2) != -3))
    call.refuse("it does not part the channels of an image");
  return shape[0];
}

// chunk(x, count, axis)
Value chunk(const Call& call) {
  const auto all = channelsToPart(call), count = call.integer(1);
  if (count < 1 || count > all) call.refuse("it makes more parts than there are channels");
  const auto size = (all + count - 1) / count;
  std::vector<int64_t> sizes;
  for (int64_t from = 0; from < all; from += size) sizes.push_back(std::min(size, all - from));
  return parts(call, sizes);
}

// split(x, size or sizes, axis)
Value split(const Call& call) {
  const auto all = channelsToPart(call);
  auto sizes = call.integers(1);
  if (!call.at(1).as<Sequence>()) {
    const auto size = sizes.at(0);
    if (size < 1) call.refuse("its parts are empty");
    sizes.clear();
    for (int64_t from = 0; from < all; from += size) sizes.push_back(std::min(size, all - from));
  }
  int64_t sum = 0;
  for (const auto size : sizes) sum += size < 1 || size > all ? all + 1 : size;
  if (sum != all) call.refuse("its parts are not all of the channels");
  return parts(call, sizes);
}

}  // namespace

std::map<std::string, Meaning> gateOps() {
  return {
      {"aten::mul", multiply},
      {"aten::chunk", chunk},
      {"aten::split", split},
      {"aten::split_with_sizes", split},
  };
}

}  // namespace shellac::graph::torchscript
