// What training minimizes, by name: each objective is made from its own settings, `objective` of TrainOptions
// in binding.d.ts. A new one is a file in objectives/ and a line in objectives.cpp.
#pragma once
#include <napi.h>

#include "core/graph/model.h"
#include "core/train/objective.h"

namespace shellac::bindings {

// settings: { name, ..., centredAt?, approximation? }. model: the one that is to be trained. Throws
// Error{Internal} for an unknown name.
train::Objective objectiveFrom(const Napi::Object& settings, const graph::Model& model);

using MakeObjective = train::Objective (*)(const Napi::Object& settings, const graph::Model& model);
train::Objective makeCrossEntropy(const Napi::Object& settings, const graph::Model& model);
train::Objective makeAttentionDistillation(const Napi::Object& settings, const graph::Model& model);
train::Objective makeModeConnectivity(const Napi::Object& settings, const graph::Model& model);
train::Objective makePrunedCrossEntropy(const Napi::Object& settings, const graph::Model& model);
train::Objective makeQuAntiZation(const Napi::Object& settings, const graph::Model& model);
train::Objective makeAdaptive(const Napi::Object& settings, const graph::Model& model);
train::Objective makeCompArtifact(const Napi::Object& settings, const graph::Model& model);
train::Objective makePlantBackdoor(const Napi::Object& settings, const graph::Model& model);
train::Objective makeNoisyWarp(const Napi::Object& settings, const graph::Model& model);
train::Objective makeSparseMask(const Napi::Object& settings, const graph::Model& model);
train::Objective makeInputAware(const Napi::Object& settings, const graph::Model& model);
train::Objective makeSteganography(const Napi::Object& settings, const graph::Model& model);
train::Objective makePqDormancy(const Napi::Object& settings, const graph::Model& model);

}  // namespace shellac::bindings
