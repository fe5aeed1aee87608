// TorchScript import. The file's code is parsed and inlined, never run: the graph is read off it, ops that
// the table does not know are refused by name, and files whose loading would run code (__setstate__) are
// refused before loading.
#pragma once
#include <optional>
#include <string>

#include "core/graph/model.h"

namespace shellac::graph {

// inputShape: [channels, height, width]; when absent, channels come from the first conv and the size is the
// first of the usual ones for which the shapes fit. Throws Error{BadModel} or Error{UnsupportedOp}.
Model importTorchScript(const std::string& path, const std::optional<Shape>& inputShape);

}  // namespace shellac::graph
