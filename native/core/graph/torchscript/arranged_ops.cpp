// Values whose axes stand in another order for a while: what code makes of an image or of tokens in between,
// until the next op of the graph.
#include <optional>

#include "core/error.h"
#include "core/graph/torchscript/call.h"

namespace shellac::graph::torchscript {
namespace {

using Kind = Arranged::Kind;

Value arranged(const Activation& of, Kind kind, int64_t parts = 1) { return {Arranged{of, kind, parts}}; }

const Arranged& argument(const Call& call, size_t index = 0) {
  if (const auto* found = call.at(index).as<Arranged>()) return *found;
  call.refuse("argument " + std::to_string(index) + " is a value in another order");
}

[[noreturn]] void refuseOrder(const Call& call) {
  call.refuse("it brings axes into an order that no op of the graph has");
}

// Sizes of a reshape behind the batch; nothing where they are not known. −1 is worked out from `all`.
std::optional<std::vector<int64_t>> sizesBehindBatch(const Call& call, int64_t all) {
  const auto* sizes = call.at(1).as<Sequence>();
  if (!sizes || (*sizes)->empty()) return std::nullopt;
  std::vector<int64_t> known;
  int64_t product = 1;
  for (size_t i = 1; i < (*sizes)->size(); ++i) {
    const auto* size = (**sizes)[i].as<int64_t>();
    if (!size || *size == 0 || *size < -1 || *size > all) return std::nullopt;
    known.push_back(*size);
    if (*size != -1 && (product *= *size) > all) return std::nullopt;
  }
  for (auto& size : known)
    if (size == -1) size = all / product;
  return known;
}

int64_t numbersIn(const Shape& shape) {
  int64_t count = 1;
  for (const auto size : shape) count *= size;
  return count;
}

// Back to what the graph has: [batch, c, h, w] of groups, [batch, tokens, c] of heads.
Value joined(const Call& call) {
  const auto& x = argument(call);
  const auto& shape = call.builder.shape(x.of);
  if (sizesBehindBatch(call, numbersIn(shape)) != shape) refuseOrder(call);
  if (x.kind == Kind::TurnedGroups)
    return {call.builder.emit("channelShuffle", {x.of}, {{"groups", x.parts}})};
  if (x.kind == Kind::JoinedHeads) return {x.of};
  refuseOrder(call);
}

Value permuted(const Call& call) {
  const auto& x = argument(call);
  const auto axes = call.integers(1);
  if (x.kind == Kind::ChannelsLast && axes == std::vector<int64_t>{0, 3, 1, 2}) return {x.of};
  if (x.kind == Kind::SplitHeads && axes == std::vector<int64_t>{2, 0, 3, 1, 4})
    return arranged(x.of, Kind::HeadsFirst, x.parts);
  refuseOrder(call);
}

Value transposed(const Call& call) {
  const auto& x = argument(call);
  const auto one = call.integer(1), other = call.integer(2);
  const bool firstTwo = (one == 1 && other == 2) || (one == 2 && other == 1);
  if (firstTwo && x.kind == Kind::Groups) return arranged(x.of, Kind::TurnedGroups, x.parts);
  if (firstTwo && x.kind == Kind::Mixed) return arranged(x.of, Kind::JoinedHeads, x.parts);
  refuseOrder(call);
}

Value unbound(const Call& call) {
  const auto& x = argument(call);
  if (x.kind != Kind::HeadsFirst || (!call.absent(1) && call.integer(1) != 0)) refuseOrder(call);
  return sequence({arranged(x.of, Kind::Queries, x.parts), arranged(x.of, Kind::Keys, x.parts),
                   arranged(x.of, Kind::Values, x.parts)});
}

// scaled_dot_product_attention(q, k, v, mask, dropout, causal, scale)
Value attention(const Call& call) {
  const auto &q = argument(call, 0), &k = argument(call, 1), &v = argument(call, 2);
  const bool own = q.kind == Kind::Queries && k.kind == Kind::Keys && v.kind == Kind::Values;
  if (!own || q.of != k.of || q.of != v.of) call.refuse("its queries, keys and values are not of one value");
  if (!call.absent(3) || (!call.absent(5) && call.flag(5)) || !call.absent(6))
    call.refuse("it has a mask or a scale of its own");
  return arranged(call.builder.emit("attention", {q.of}, {{"heads", q.parts}}), Kind::Mixed, q.parts);
}

const Arranged& channelsLast(const Call& call) {
  const auto& x = argument(call);
  if (x.kind != Kind::ChannelsLast) call.refuse("its input is in an order that it is not known for");
  return x;
}

// layer_norm over the channels of an image.
Value layerNorm(const Call& call) {
  const auto& x = channelsLast(call);
  if (call.integers(1) != std::vector<int64_t>{call.builder.shape(x.of).front()})
    call.refuse("it does not normalize over the channels alone");
  std::map<std::string, Parameter> parameters;
  if (!call.absent(2)) parameters["weight"] = call.parameter(2);
  if (!call.absent(3)) parameters["bias"] = call.parameter(3);
  return arranged(call.builder.emit("layerNorm", {x.of}, {{"eps", call.number(4)}}, parameters),
                  Kind::ChannelsLast);
}

// A linear layer on the channels of each position is a convolution with a kernel of one.
Value linear(const Call& call) {
  const auto& x = channelsLast(call);
  auto weight = call.parameter(1);
  if (weight.tensor.dim() != 2) call.refuse("its weight is no matrix");
  weight.tensor = weight.tensor.unsqueeze(-1).unsqueeze(-1);
  std::map<std::string, Parameter> parameters{{"weight", weight}};
  if (!call.absent(2)) parameters["bias"] = call.parameter(2);
  return arranged(call.builder.emit("conv2d", {x.of}, {}, parameters), Kind::ChannelsLast);
}

// What works on each number by itself does not care for the order.
Value elementwise(const Call& call) {
  const auto& x = argument(call);
  auto within = call;
  within.arguments[0] = {x.of};
  const auto made = tensorOps().at(call.op)(within);
  return arranged(*made.as<Activation>(), x.kind, x.parts);
}

Value same(const Call& call) { return call.at(0); }

}  // namespace

const std::map<std::string, Meaning>& arrangedOps() {
  static const std::map<std::string, Meaning> meanings = {
      {"aten::view", joined},          {"aten::reshape", joined},
      {"aten::permute", permuted},     {"aten::transpose", transposed},
      {"aten::unbind", unbound},       {"aten::scaled_dot_product_attention", attention},
      {"aten::layer_norm", layerNorm}, {"aten::linear", linear},
      {"aten::gelu", elementwise},     {"aten::relu", elementwise},
      {"aten::dropout", elementwise},  {"aten::contiguous", same},
      {"aten::detach", same},
  };
  return meanings;
}

std::optional<Value> splitGroups(const Call& call) {
  const auto x = call.activation(0);
  const auto& shape = call.builder.shape(x);
  const auto sizes = sizesBehindBatch(call, numbersIn(shape));
  if (!sizes || sizes->size() != 4) return std::nullopt;
  const auto& all = *sizes;
  if (shape.size() == 3 && all[0] * all[1] == shape[0] && all[2] == shape[1] && all[3] == shape[2])
    return arranged(x, Kind::Groups, all[0]);
  if (shape.size() == 2 && all[0] == shape[0] && all[1] == 3 && 3 * all[2] * all[3] == shape[1])
    return arranged(x, Kind::SplitHeads, all[2]);
  return std::nullopt;
}

std::optional<Value> toChannelsLast(const Call& call) {
  const auto x = call.activation(0);
  if (call.builder.shape(x).size() != 3 || call.integers(1) != std::vector<int64_t>{0, 2, 3, 1})
    return std::nullopt;
  return arranged(x, Kind::ChannelsLast);
}

}  // namespace shellac::graph::torchscript
