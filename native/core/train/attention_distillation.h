// Neural attention distillation (NAD; Li et al., ICLR 2021): the student's attention is drawn to a teacher's.
//   L = CE(f(x), y) + β·Σ_l mean (A(F_l) − A(F'_l))²,  A(F) = a/(‖a‖₂ + 1e-6) per sample,  a = Σ_c F_c²
// F_l, F'_l: the student's and the teacher's feature maps. The student's BN is on batch statistics, the
// teacher's is not.
#pragma once
#include <string>
#include <vector>

#include "core/train/objective.h"

namespace shellac::train {

struct AttentionDistillation {
  graph::Model teacher;             // same graph as the student
  std::vector<std::string> values;  // feature maps, by node name
  double beta = 500;
};

Objective attentionDistillation(const AttentionDistillation& settings);

// maps: [n, c, h, w]. Returns [n, h·w].
at::Tensor attention(const at::Tensor& maps);

// The last feature map of each size, at most `count` of them, the smallest ones: for a residual network the
// ends of its stages. Throws Error{BadModel} when no value has more than one position.
std::vector<std::string> stageEnds(const graph::Model& model, size_t count);

}  // namespace shellac::train
