// What ATen's ops become that vision transformers have and convolutional networks have not.
#include <cstdint>

#include "core/error.h"
#include "core/graph/torchscript/call.h"

namespace shellac::graph::torchscript {
namespace {

// layer_norm(x, shape, weight, bias, eps, cudnn), over the last axis.
Value layerNorm(const Call& call) {
  const auto x = call.activation(0);
  if (call.integers(1) != std::vector<int64_t>{call.builder.shape(x).back()})
    call.refuse("it does not normalize over the last axis alone");
  std::map<std::string, Parameter> parameters;
  if (!call.absent(2)) parameters["weight"] = call.parameter(2);
  if (!call.absent(3)) parameters["bias"] = call.parameter(3);
  return {call.builder.emit("layerNorm", {x}, {{"eps", call.number(4)}}, parameters)};
}

// gelu(x, approximate)
Value gelu(const Call& call) {
  const auto* approximate = call.absent(1) ? nullptr : call.at(1).as<std::string>();
  return {call.builder.emit("gelu", {call.activation(0)}, {{"tanh", approximate && *approximate == "tanh"}})};
}

// An image with its positions along one axis becomes tokens when that axis and the channels change places.
Value tokens(const Call& call, bool swaps) {
  const auto* positions = call.at(0).as<Positions>();
  if (!positions || !swaps) call.refuse("it does not make tokens of the positions of an image");
  return {call.builder.emit("tokens", {positions->image})};
}

// permute(x, axes)
Value permute(const Call& call) {
  if (call.at(0).as<Activation>())
    if (const auto made = toChannelsLast(call)) return *made;
  return tokens(call, call.integers(1) == std::vector<int64_t>{0, 2, 1});
}

// transpose(x, axis, axis)
Value transpose(const Call& call) {
  const auto first = call.integer(1), second = call.integer(2);
  const auto place = [](int64_t axis) { return axis < 0 ? axis + 3 : axis; };
  return tokens(call, place(first) + place(second) == 3 && place(first) * place(second) == 2);
}

// expand(x, sizes): a learned token for each image of the batch, which is what `classToken` does by itself.
Value expand(const Call& call) {
  const auto token = call.parameter(0);
  const auto* sizes = call.at(1).as<Sequence>();
  bool kept = sizes && token.tensor.dim() == 3 && (*sizes)->size() == 3;
  for (int64_t axis = 1; kept && axis < 3; ++axis) {
    const auto* size = (**sizes)[static_cast<size_t>(axis)].as<int64_t>();
    kept = size && (*size == -1 || *size == token.tensor.size(axis));
  }
  if (!kept) call.refuse("it does not repeat a token for each image");
  return {token};
}

// The channels of other numbers of images than two, pair after pair.
Value joined(const Call& call, const std::vector<Value>& images) {
  Activation all;
  for (const auto& image : images) {
    const auto* next = image.as<Activation>();
    if (!next) call.refuse("it joins something else than values that the network computes");
    all = all ? call.builder.emit("concat", {all, *next}) : *next;
  }
  return {all};
}

// cat(values, axis): a learned token before others, or the channels of two images.
Value concatenate(const Call& call) {
  const auto* list = call.at(0).as<Sequence>();
  if (!list || (*list)->empty() || call.integer(1) != 1)
    call.refuse("it does not join values along the first axis after the batch");
  if ((*list)->size() != 2) return joined(call, **list);
  const auto &first = (**list)[0], &second = (**list)[1];
  const auto* behind = second.as<Activation>();
  if (!behind) call.refuse("its second value is not one that the network computes");
  if (const auto* token = first.as<Parameter>())
    return {call.builder.emit("classToken", {*behind}, {}, {{"token", *token}})};
  const auto* before = first.as<Activation>();
  if (!before) call.refuse("its first value is neither a parameter nor one that the network computes");
  return {call.builder.emit("concat", {*before, *behind})};
}

// slice(x, axis, start, end, step): of all there is.
Value slice(const Call& call) {
  const auto x = call.activation(0);
  const auto start = call.absent(2) ? 0 : call.integer(2);
  if (start != 0 || (!call.absent(3) && call.integer(3) != INT64_MAX) || call.integer(4) != 1)
    call.refuse("it takes a part of the value");
  return {x};
}

// select(x, axis, index): one token.
Value select(const Call& call) {
  const auto x = call.activation(0);
  const auto& shape = call.builder.shape(x);
  if (shape.size() != 2 || call.integer(1) != 1) call.refuse("it does not select a token");
  const auto index = call.integer(2);
  return {call.builder.emit("selectToken", {x}, {{"index", index < 0 ? index + shape[0] : index}})};
}

// _native_multi_head_attention(query, key, value, channels, heads, inWeight, inBias, outWeight, outBias,
// mask,
// ...) -> (values, weights): what nn.MultiheadAttention is in a trace without gradients.
Value selfAttention(const Call& call) {
  const auto x = call.activation(0);
  for (const size_t other : {1, 2}) {
    if (call.builder.node(call.activation(other)) != call.builder.node(x))
      call.refuse("queries, keys and values come from different values");
  }
  if (!call.absent(9)) call.refuse("it has a mask");
  auto made =
      call.builder.emit("linear", {x}, {}, {{"weight", call.parameter(5)}, {"bias", call.parameter(6)}});
  made = call.builder.emit("attention", {made}, {{"heads", call.integer(4)}});
  made =
      call.builder.emit("linear", {made}, {}, {{"weight", call.parameter(7)}, {"bias", call.parameter(8)}});
  return sequence({{made}, {None{}}});
}

}  // namespace

std::map<std::string, Meaning> transformerOps() {
  return {
      {"aten::layer_norm", layerNorm},
      {"aten::gelu", gelu},
      {"aten::permute", permute},
      {"aten::transpose", transpose},
      {"aten::expand", expand},
      {"aten::cat", concatenate},
      {"aten::slice", slice},
      {"aten::select", select},
      {"aten::_native_multi_head_attention", selfAttention},
  };
}

}  // namespace shellac::graph::torchscript
