// Shapes of a model that was checked already.
#pragma once
#include <map>
#include <string>

#include "core/graph/model.h"

namespace shellac::graph {

// What `check` gives, and throws for shapes that do not fit, without another look at every number of the
// tensors: for callers that come again with other images.
Shapes shapesFor(const Model& model, const Shape& inputShape,
                 const std::map<std::string, Shape>& weightShapes = {});

}  // namespace shellac::graph
