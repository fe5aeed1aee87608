// A model that passes the checks runs: every value has the shape that was inferred, by whatever way the graph
// is run. Anything but shellac::Error is a fault, and nothing at all may be thrown after the checks.
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/remainder.h>

#include <cstdlib>

#include "core/error.h"
#include "core/graph/block.h"
#include "core/graph/executor.h"
#include "core/graph/fold_batch_norm.h"
#include "core/graph/unit.h"
#include "fuzz/made_model.h"

namespace {

using shellac::LoadedModel;
namespace graph = shellac::graph;

constexpr int64_t mostNumbers = 1 << 14;  // of a value that is computed here
constexpr int64_t batch = 2;

void demand(bool right, const char* what, const std::string& where = {}) {
  if (right) return;
  fprintf(stderr, "%s %s\n", what, where.c_str());
  abort();
}

int64_t numbers(const graph::Shape& shape) {
  int64_t count = 1;
  for (const auto axis : shape) count *= axis;
  return count;
}

bool small(const graph::Model& model, const graph::Shapes& shapes) {
  for (const auto& [name, shape] : shapes)
    if (numbers(shape) > mostNumbers) return false;
  for (const auto& node : model.graph.nodes)  // a window of 4096 × 4096 is allowed, and takes its time
    for (const auto& [key, value] : node.attributes) {
      if (const auto* list = std::get_if<std::vector<int64_t>>(&value))
        for (const auto number : *list)
          if (number > 64) return false;
      if (const auto* number = std::get_if<int64_t>(&value); number && *number > 64) return false;
    }
  return true;
}

at::Tensor images(const graph::Shape& shape) {
  auto sizes = shape;
  sizes.insert(sizes.begin(), batch);
  return at::remainder(at::arange(batch * numbers(shape), at::kFloat), 5).sub(2).reshape(sizes);
}

at::Tensor runEach(const LoadedModel& loaded, const at::Tensor& input, const graph::Shapes& shapes) {
  graph::Reading reading;
  reading.value = [&](const std::string& name, const at::Tensor& value) {
    auto expected = shapes.at(name);
    expected.insert(expected.begin(), batch);
    demand(value.sizes() == at::IntArrayRef(expected), "another shape than was inferred:", name);
    return value;
  };
  return graph::run(loaded.model, input, reading);
}

void same(const at::Tensor& one, const at::Tensor& other, const char* what) {
  demand(one.sizes() == other.sizes(), what, "(shapes)");
  if (!at::isfinite(one).all().item<bool>() || !at::isfinite(other).all().item<bool>()) return;
  const auto scale = std::max(1.0, one.abs().max().item<double>());
  demand(at::allclose(one.div(scale), other.div(scale), 1e-3, 1e-3), what);
}

void runEveryWay(const LoadedModel& loaded, const graph::Shapes& shapes) {
  const auto input = images(loaded.model.graph.inputShape);
  graph::units(loaded.model.graph);
  graph::blocks(loaded.model.graph);
  const auto logits = loaded.program(at::kCPU).run({input}).front();
  demand(logits.dim() == 2 && logits.size(0) == batch, "logits of another rank");
  if (loaded.quantization) return;
  same(logits, runEach(loaded, input, shapes), "a program and its nodes one by one differ");
  const LoadedModel folded{.model = graph::foldBatchNorm(loaded.model)};
  same(logits, runEach(folded, input, folded.check()), "folded and not folded differ");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const c10::NoGradGuard noGrad;
  FuzzedDataProvider bytes(data, size);
  LoadedModel loaded;
  graph::Shapes shapes;
  try {
    loaded = shellac::fuzz::makeModel(bytes);
    shapes = loaded.check();
  } catch (const shellac::Error& error) {
    demand(error.code != shellac::Code::Internal, error.what());
    return 0;
  }
  if (small(loaded.model, shapes)) runEveryWay(loaded, shapes);
  return 0;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  at::set_num_threads(1);
  return 0;
}
