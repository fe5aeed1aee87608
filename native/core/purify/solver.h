// Chooses the codes of one unit's weight. A solver keeps nothing from one unit to the next.
#pragma once
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <memory>

#include "core/graph/executor.h"
#include "core/graph/unit.h"
#include "core/purify/moments.h"
#include "core/purify/pace.h"
#include "core/purify/purify.h"

namespace shellac::purify {

// One unit as a solver sees it, every tensor on the job's device.
struct Problem {
  const graph::Model& model;  // full precision
  const graph::Unit& unit;
  const LinearPart& part;
  at::Tensor weight;           // W
  quant::Quantizer quantizer;  // of the weight: its grid is settled
  std::optional<quant::Quantizer>
      outputQuantizer;       // of the unit's output, when a later unit reads it quantized
  const Batches& corrected;  // X̂: inputs in the corrected quantized model, moved by PDA
  const Batches& targets;    // outputs of the full-precision unit on its own inputs
  const Moments& moments;    // of X and X̂
};

struct Solution {
  at::Tensor codes;  // the weight's shape
  int64_t iterations = 0;
  double damping = 0;
  std::vector<double> trace = {};  // of the objective, by spans of iterations (loss_trace.h)
};

class Solver {
 public:
  virtual ~Solver() = default;
  // Whether it reads `corrected` and `targets` themselves, and not only the moments of drawn columns: then
  // PDA must move the inputs of every image.
  virtual bool readsBatches() const = 0;
  virtual Solution solve(const Problem& problem, at::Generator& generator, const Pace& pace) const = 0;
};

std::unique_ptr<Solver> closedForm(double damping);
std::unique_ptr<Solver> adamOfficial(int64_t iterations, double learningRate);
std::unique_ptr<Solver> adamPaper(int64_t iterations, double learningRate);
std::unique_ptr<Solver> efrap(int64_t iterations, double learningRate, const Rounding& rounding);
std::unique_ptr<Solver> adaRound(int64_t iterations, double learningRate, const Rounding& rounding);
// Of a unit's solver kind.
std::unique_ptr<Solver> makeSolver(const Options& options);

}  // namespace shellac::purify
