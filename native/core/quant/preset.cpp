#include "core/quant/preset.h"

#include "core/error.h"

namespace shellac::quant {

const std::vector<Preset>& presets() {
  using enum Observe;
  static const std::vector<Preset> table = {
      // name, weights: observer, symmetric, per channel; values: observer; bits at the edges
      {"attacker", MinMax, true, false, MinMax},
      {"minmax", MinMax, true, true, MovingAverageMinMax},
      {"minmax-tensor", MinMax, true, false, MovingAverageMinMax},
      {"qnnpack", EdgeMinMax, true, false, MinMax},
      {"fbgemm", EdgeMinMax, true, true, MinMax},
      {"mse", Mse, false, true, EmaMse, 8},
  };
  return table;
}

const Preset& findPreset(const std::string& name) {
  std::string names;
  for (const auto& preset : presets()) {
    if (preset.name == name) return preset;
    names += (names.empty() ? "" : ", ") + preset.name;
  }
  throw Error(Code::BadOption,
              {.thing = "quantizer preset", .found = "'" + name + "'", .expected = "one of " + names});
}

}  // namespace shellac::quant
