// The table of roundings that need nothing but the weight.
#include "bindings/weight_roundings.h"

#include "bindings/convert.h"
#include "core/error.h"
#include "core/quant/boundary_flips.h"
#include "core/quant/interval_noise.h"
#include "core/quant/quantization_vector.h"

namespace shellac::bindings {

quant::WeightRounding weightRoundingFrom(const Napi::Object& rounding) {
  const auto name = text(rounding, "name");
  if (name == "against-quantization-vector")
    return quant::againstQuantizationVector(number(rounding, "lambda"));
  if (name == "interval-noise") return quant::intervalNoise(number(rounding, "factor"));
  if (name == "boundary-flips") return quant::boundaryFlips(number(rounding, "share"));
  throw Error(Code::Internal, {.thing = "rounding", .found = name, .expected = "one of the table"});
}

}  // namespace shellac::bindings
