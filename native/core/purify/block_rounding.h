// BRECQ (Li et al., ICLR 2021) and QDrop (Wei et al., ICLR 2022): the rounding of all of a block's weights,
// learned together against the error of the block's output.
//   loss = mean over n and positions of Σ_c (block(X̂; Ŵ) − block(X; W))² + AdaRound's penalty of each weight
// The squared error is plain, without BRECQ's weights from the Fisher information. Values are rounded where
// the model rounds them, straight through, by scales that stay as they are. QDrop's dropping replaces every
// element of a rounded value, the block's input included, by its full-precision one with probability `drop`.
#pragma once
#include <map>

#include "core/graph/block.h"
#include "core/purify/learn_rounding.h"

namespace shellac::purify {

// Every tensor on the job's device.
struct BlockProblem {
  const graph::Model& model;  // full precision
  const graph::Block& block;
  std::map<std::string, quant::Quantizer> weights;      // by node: their grids are settled
  std::map<std::string, quant::Quantizer> activations;  // by value, those of the block's own
  const Batches& corrected;                             // inputs in the corrected quantized model
  const Batches& reference;                             // inputs at full precision
  const Batches& targets;                               // outputs of the block on these
};

struct RoundedBlock {
  std::map<std::string, at::Tensor> codes;  // by node
  double lossBefore = 0, lossAfter = 0;     // of nearest rounding and of the codes, over all batches
};

RoundedBlock roundBlock(const BlockProblem& problem, const Options& options, at::Generator& generator,
                        const Pace& pace);

}  // namespace shellac::purify
