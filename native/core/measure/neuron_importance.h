// How much of a backdoor hangs on one neuron (Li et al., Purifying Quantization-conditioned Backdoors, ICML
// 2024, Definition 3.1 and Appendix F). A neuron is a channel of a value; pruning it sets the channel to 0 at
// all positions.
//   backdoor: E[CE(f₋ₖ(x_t), y_t) − CE(f(x_t), y_t)]  over triggered images whose class is not the target y_t
//   benign:   E[CE(f₋ₖ(x), y) − CE(f(x), y)]          over the same model's benign images
// The paper's τ is the first; that of its Appendix F is the first less the second.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/measure/accuracy.h"

namespace shellac::measure {

struct Neuron {
  std::string value;  // of a node; not the logits
  int64_t channel = 0;
};

struct Importance {
  double backdoor = 0;
  double benign = 0;
  bool silent = true;  // 0 at every position of every image
};

// One for each neuron, in their order. The graph is run up to a value once, and from there on for each of its
// neurons. images need labels. Throws Error{BadData} for labels or a trigger that leave nothing to measure,
// Error{BadOption} for a target or channel that there is not, Error{BadModel} for such a value,
// Error{Aborted}.
std::vector<Importance> neuronImportance(const LoadedModel& loaded, const data::Images& images,
                                         const Attack& attack, const std::vector<Neuron>& neurons,
                                         int64_t batch, at::Device device, const Job& job);

}  // namespace shellac::measure
