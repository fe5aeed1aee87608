// The walk of BRECQ and QDrop: whole blocks instead of units, without PDA.
#pragma once
#include "core/purify/purify.h"

namespace shellac::purify {

// frozen: the scales, and nearest codes, which are replaced block after block.
Result roundBlocks(const graph::Model& model, quant::Quantization frozen, const data::Images& images,
                   const Options& options, at::Device device, const Job& job, const Keeping& keeping);

}  // namespace shellac::purify
