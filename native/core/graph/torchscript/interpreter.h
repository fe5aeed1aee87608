// Reads the graph off a loaded module by following `forward` with values whose numbers are not known.
// Branches are decided by what is known: eval mode, sizes, None or not. Nothing of the file's code runs.
#pragma once
#include <ATen/core/ivalue.h>

#include "core/graph/torchscript/builder.h"

namespace shellac::graph::torchscript {

using Object = c10::intrusive_ptr<c10::ivalue::Object>;

// Throws Error{BadModel} or Error{UnsupportedOp}.
Model readModel(const Object& module, const Shape& inputShape);

// Says what the input looks like when nobody else does.
Stem firstConvolution(const Object& module);

}  // namespace shellac::graph::torchscript
