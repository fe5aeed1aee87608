// How much one node may have to compute: a few bytes of a file can ask for hours, in which no job could be
// stopped, since a job is looked after between nodes.
#pragma once
#include "core/graph/op.h"

namespace shellac::graph {

constexpr int64_t mostWork = int64_t{1} << 38;  // multiplications or comparisons, of one node for one sample

// made: numbers in its output. each: how many steps one of them takes. Throws Error{BadModel} by node name.
void expectWork(const Node& node, const Shape& made, int64_t each);

}  // namespace shellac::graph
