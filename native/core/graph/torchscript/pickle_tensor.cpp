#include "core/graph/torchscript/pickle_tensor.h"

#include <utility>

namespace shellac::graph::torchscript {
namespace {

using Kind = PickleItem::Kind;
constexpr size_t highestRank = 8;
constexpr int64_t largest = int64_t{1} << 40;  // products of two of these, times the rank, fit

bool areSizes(const PickleItem& tuple) {
  if (tuple.kind != Kind::Tuple || tuple.items.size() > highestRank) return false;
  for (const auto& item : tuple.items) {
    if (item->kind != Kind::Int || item->integer < 0 || item->integer > largest) return false;
  }
  return true;
}

}  // namespace

int64_t storageItemSize(std::string_view storage) {
  static constexpr std::pair<std::string_view, int64_t> sizes[] = {
      {"FloatStorage", 4}, {"DoubleStorage", 8}, {"HalfStorage", 2},  {"BFloat16Storage", 2},
      {"LongStorage", 8},  {"IntStorage", 4},    {"ShortStorage", 2}, {"CharStorage", 1},
      {"ByteStorage", 1},  {"BoolStorage", 1}};
  for (const auto& [name, size] : sizes) {
    if (storage == name) return size;
  }
  return 0;
}

std::optional<std::string> faultOfTensor(const std::vector<Item>& arguments) {
  if (arguments.size() != 6 || arguments[0]->kind != Kind::Storage || arguments[1]->kind != Kind::Int ||
      !areSizes(*arguments[2]) || !areSizes(*arguments[3]) ||
      arguments[2]->items.size() != arguments[3]->items.size() || arguments[4]->kind != Kind::Bool) {
    return "a tensor of another form";
  }
  const auto numbers = arguments[0]->integer, offset = arguments[1]->integer;
  if (offset < 0 || offset > numbers) return "a tensor beyond its storage";
  int64_t last = offset, count = 1;
  for (size_t axis = 0; axis < arguments[2]->items.size(); ++axis) {
    const auto size = arguments[2]->items[axis]->integer, stride = arguments[3]->items[axis]->integer;
    if (size == 0) return std::nullopt;
    // Strides of 0 would let a few bytes stand for any number of elements.
    if (size > numbers / count || (stride > 0 && size - 1 > (numbers - last) / stride))
      return "a tensor beyond its storage";
    count *= size;
    last += (size - 1) * stride;
  }
  if (last >= numbers) return "a tensor beyond its storage";
  return std::nullopt;
}

}  // namespace shellac::graph::torchscript
