#include "core/train/cross_entropy.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

#include "core/graph/executor.h"

namespace shellac::train {

Objective crossEntropy(double labelSmoothing) {
  constexpr int64_t kIgnoreNone = -100;
  return {.terms = {{.loss = [=](const graph::Model& model, const Batch& batch) {
            const auto logits = graph::run(model, batch.clean, {.training = true});
            return at::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::Mean, kIgnoreNone,
                                          labelSmoothing);
          }}}};
}

}  // namespace shellac::train
