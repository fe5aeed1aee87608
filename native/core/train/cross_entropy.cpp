#include "core/train/cross_entropy.h"

#include <ATen/ops/cross_entropy_loss.h>

#include "core/graph/executor.h"

namespace shellac::train {

Objective crossEntropy() {
  return {.terms = {{.loss = [](const graph::Model& model, const Batch& batch) {
            return at::cross_entropy_loss(graph::run(model, batch.clean, {.training = true}), batch.labels);
          }}}};
}

}  // namespace shellac::train
