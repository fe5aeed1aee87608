// The op table. An op that is not in it does not exist: neither importers nor the executor know any other.
#include "core/error.h"
#include "core/graph/op.h"

namespace shellac::graph {

Op input();
Op conv2d();
Op linear();
Op batchNorm2d();
Op relu();
Op relu6();
Op hardtanh();
Op maxPool2d();
Op avgPool2d();
Op adaptiveAvgPool2d();
Op add();
Op flatten();
Op dropout();
Op mean();
Op identity();
Op layerNorm();
Op gelu();
Op hardswish();
Op attention();
Op liteAttention();
Op tokens();
Op classToken();
Op positionEmbedding();
Op selectToken();
Op concat();
Op sigmoid();
Op affine();
Op multiply();
Op upsampleNearest2d();
Op embedBits();
Op silu();
Op hardsigmoid();
Op scale();
Op channels();
Op channelShuffle();

const std::vector<Op>& allOps() {
  static const std::vector<Op> ops = {
      input(),
      conv2d(),
      linear(),
      batchNorm2d(),
      relu(),
      relu6(),
      hardtanh(),
      maxPool2d(),
      avgPool2d(),
      adaptiveAvgPool2d(),
      add(),
      flatten(),
      dropout(),
      mean(),
      identity(),
      layerNorm(),
      gelu(),
      hardswish(),
      attention(),
      liteAttention(),
      tokens(),
      classToken(),
      positionEmbedding(),
      selectToken(),
      concat(),
      sigmoid(),
      affine(),
      multiply(),
      upsampleNearest2d(),
      embedBits(),
      silu(),
      hardsigmoid(),
      scale(),
      channels(),
      channelShuffle(),
  };
  return ops;
}

const Op& findOp(const Node& node) {
  for (const auto& op : allOps()) {
    if (op.name == node.op) return op;
  }
  std::string known;
  for (const auto& op : allOps()) known += (known.empty() ? "" : ", ") + op.name;
  throw Error(Code::UnsupportedOp, {.thing = "node " + node.name,
                                    .found = "op \"" + node.op + "\"",
                                    .expected = "one of " + known,
                                    .remedy = "Replace the op in the model by supported ones."});
}

at::Tensor Arguments::parameter(const std::string& role) const {
  const auto found = parameters.find(role);
  return found == parameters.end() ? at::Tensor() : found->second;
}

}  // namespace shellac::graph
