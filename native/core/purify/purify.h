// Purification: walks the graph once, carrying for every calibration image the full-precision values and
// those of the quantized, already corrected model side by side; at each unit PDA moves the inputs, a LAC
// solver chooses the codes, and the corrected unit's outputs are carried on. No unit re-runs the model; a
// value is freed after its last reader.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/data/images.h"
#include "core/graph/model.h"
#include "core/job.h"
#include "core/kept.h"
#include "core/quant/quantization.h"

namespace shellac::purify {

// Of units: all but Brecq, which takes whole blocks.
enum class SolverKind { ClosedForm, AdamOfficial, AdamPaper, Efrap, AdaRound, Brecq };
enum class PdaForm { None, Official, Paper };

// For the solvers that learn to round (rounding_penalty.h, block_rounding.h).
struct Rounding {
  double regularization = 0.01;
  double reversal = 1;  // Efrap
  double warmUp = 0.2;  // share of the iterations; this and the betas: AdaRound, Brecq
  double betaStart = 20, betaEnd = 2;
  double drop = 0;  // Brecq: probability that an element of a rounded value is its full-precision one
};

struct Options {
  quant::Options quantizer;
  SolverKind solver = SolverKind::ClosedForm;
  PdaForm pda = PdaForm::Official;
  int64_t pdaSteps = 3;
  double pdaBound = 1e-3;      // γ: largest change of an input element
  int64_t columns = 8000;      // closed form: columns drawn a unit
  double damping = 0.01;       // closed form: λ as a share of H's mean diagonal
  int64_t iterations = 10000;  // Adam: steps a unit or block
  double learningRate = 1e-3;  // Adam
  int64_t batch = 32;
  uint64_t seed = 0;
  Rounding rounding = {};
};

// Of a unit; or of a block, whose losses are those of its rounded output.
struct UnitReport {
  std::string unit;
  double lossBefore =
      0;  // of nearest rounding: mean over samples and positions of the summed squared output error
  double lossAfter = 0;
  int64_t iterations = 0;          // Adam
  double damping = 0;              // closed form: the λ share that H needed
  std::vector<double> trace = {};  // Adam on an offset: the objective by spans of iterations (loss_trace.h)
  bool pda = false;                // false where PDA was off or the unit has no BN
  double pdaBefore = 0;            // distance of the BN input's statistics from the running ones
  double pdaAfter = 0;
  double seconds = 0;
};

struct Result {
  quant::Quantization quantization;
  std::vector<UnitReport> units;
};

// calibration: benign images, labels unused. After a unit or block its state is kept where it is wanted.
// Throws Error{BadData} for images that do not fit, or a kept state that does not; Error{Aborted}.
Result purify(const graph::Model& model, const data::Images& calibration, const Options& options,
              at::Device device, const Job& job, const Keeping& keeping = {});

}  // namespace shellac::purify
