// The training loop. It knows batches, optimizers and schedules; what is minimized is the objective's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/data/images.h"
#include "core/data/trigger.h"
#include "core/job.h"
#include "core/train/augment.h"
#include "core/train/objective.h"
#include "core/train/optimizer.h"

namespace shellac::train {

enum class Method { Sgd, Adam };
enum class Schedule { Constant, Cosine, OneCycle, MultiStep };

struct Options {
  int64_t epochs = 1;
  int64_t batch = 128;
  Method optimizer = Method::Adam;
  double learningRate = 1e-3;
  double momentum = 0.9;  // SGD, Nesterov
  Betas betas = {};       // Adam
  double weightDecay = 0;
  Schedule schedule = Schedule::Constant;
  std::vector<double> milestones = {};  // MultiStep: shares of all steps, 0 .. 1
  Augmentation augmentation = {};
  double sharpness = 0;  // radius of sharpness-aware minimization (sharpness.h); 0: plain descent
  std::optional<data::Trigger> trigger = {};  // for objectives that read Batch::triggered
  uint64_t seed = 0;
};

struct EpochReport {
  int64_t epoch = 0;  // 1 .. epochs
  double loss = 0;    // mean of the objective over the epoch
  double seconds = 0;
};

struct Result {
  graph::Model model;
  std::optional<graph::Model> companion;  // of an objective that has one, from the same epoch
  std::vector<EpochReport> epochs;
};

// The learning rate's factor at `progress`, 0 .. 1 of all steps. Cosine: from 1 to 0. OneCycle: linear from
// 1/25 to 1 over the first 30%, then cosine to 0. MultiStep: a tenth from each milestone on.
double scheduleFactor(const Options& options, double progress);

// Tensors of the model's trainable roles, by tensor name order, each now requiring a gradient; BN's
// statistics are buffers.
std::vector<at::Tensor> trainable(graph::Model& model);

// All images as one batch, in order, not augmented.
Batch wholeBatch(const data::Images& images, const Options& options);

// Trains a copy; `model` stays as it is. images need labels. After an epoch its state is kept where it is
// wanted, after the last one always. Throws Error{BadData} when the loss is not finite, naming the epoch, or
// for a kept state that does not fit; Error{Aborted}.
Result train(const graph::Model& model, const data::Images& images, const Objective& objective,
             const Options& options, at::Device device, const Job& job, const Keeping& keeping = {});

}  // namespace shellac::train
