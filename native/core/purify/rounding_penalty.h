// What rounding variables pay beside the error of reconstruction: by it, and by it alone, the methods that
// learn to round differ on one unit.
#pragma once
#include <functional>

#include "core/purify/purify.h"
#include "core/purify/soft_rounding.h"

namespace shellac::purify {

// Of one weight's h, at an iteration from 0: a scalar with h's gradient, or undefined where nothing is paid.
using Penalty = std::function<at::Tensor(const SoftRounding&, const at::Tensor& share, int64_t iteration)>;

// EFRAP: Σ |W − Q(W)| · BCE(h, 1 − [Q rounds up]) · reversal + Σ (1 − |2h − 1|²) · regularization. The first
// sum pulls a weight away from its nearest neighbour, the harder the larger its error was.
Penalty reversalPenalty(const Rounding& rounding);

// AdaRound: Σ (1 − |2h − 1|^β) · regularization. Nothing is paid while it warms up; then β falls evenly from
// betaStart, which leaves h free around ½, to betaEnd, which takes it to an end.
Penalty annealedPenalty(const Rounding& rounding, int64_t iterations);

}  // namespace shellac::purify
