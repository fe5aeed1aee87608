// Whether a pickled tensor lies within its storage.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/graph/torchscript/pickle_item.h"

namespace shellac::graph::torchscript {

// Bytes of one number in a "FloatStorage", ...; 0 for an unknown one.
int64_t storageItemSize(std::string_view storage);

// Arguments of _rebuild_tensor_v2: storage, offset, sizes, strides, requires_grad, hooks. What is wrong, if
// something is.
std::optional<std::string> faultOfTensor(const std::vector<Item>& arguments);

}  // namespace shellac::graph::torchscript
