// One unit of the walk: draw the images and columns, move the inputs by PDA, let the solver choose the codes,
// and report what it gained.
#pragma once
#include "core/purify/solver.h"
#include "core/purify/streams.h"

namespace shellac::purify {

struct UnitTask {
  const graph::Model& model;  // full precision, on the device
  const graph::Unit& unit;
  const Streams&
      streams;     // hold the unit's inputs, and its output at full precision when the solver reads it
  int64_t images;  // that the unit draws from: the first so many
  const quant::QuantizedWeight& nearest;  // the settled quantizer, and the codes that nearest rounding gives
  const std::map<std::string, quant::Quantizer>& activations;
  const Solver& solver;
};

struct CorrectedUnit {
  at::Tensor codes;
  UnitReport report;
};

CorrectedUnit correctUnit(const UnitTask& task, const Options& options, at::Generator& generator,
                          const Pace& pace);

}  // namespace shellac::purify
