#include "core/graph/torchscript.h"

#include <ATen/core/grad_mode.h>
#include <caffe2/serialize/in_memory_adapter.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>

#include "core/graph/torchscript/archive.h"
#include "core/graph/torchscript/big_stack.h"
#include "core/graph/torchscript/interpreter.h"
#include "core/graph/torchscript/refuse.h"

namespace shellac::graph {
namespace {

namespace jit = torch::jit;
using torchscript::Object;

Object load(const std::string& bytes) {
  jit::ExtraFilesMap none;
  const auto adapter =
      std::make_shared<caffe2::serialize::MemoryReadAdapter>(bytes.data(), static_cast<off_t>(bytes.size()));
  // Debug files are pickles too, and only say which line of Python an op came from.
  return jit::import_ir_module(std::make_shared<jit::CompilationUnit>(), adapter, at::kCPU, none,
                               /*load_debug_files=*/false)
      ._ivalue();
}

std::vector<int64_t> usualSizes(const Node& conv, int64_t channels) {
  if (channels == 1) return {28, 32, 64, 224};
  // A first convolution with a stride is one for large images.
  if (conv.pair("stride", {1, 1})[0] > 1) return {224, 227, 299, 256, 64, 32};
  return {32, 64, 96, 224, 28, 227, 256, 299};
}

// Not given: channels from the first convolution, the size the first of the usual ones that fits.
Model readGuessing(const Object& module) {
  const auto stem = torchscript::firstConvolution(module);
  const auto channels = stem.weight[1] * stem.node.integer("groups", 1);
  std::string found;
  for (const auto size : usualSizes(stem.node, channels)) {
    try {
      return torchscript::readModel(module, {channels, size, size});
    } catch (const Error& error) {
      if (error.code != Code::BadModel) throw;
      found = error.what();
    }
  }
  throw Error(Code::BadModel, {.thing = "the model's input shape",
                               .found = "none of the usual sizes fits: " + found,
                               .expected = "[channels, height, width]",
                               .remedy = "Pass inputShape."});
}

// Behind it come stack traces and the code in question.
std::string firstLine(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("\n "), text.size()));
  return std::string(text.substr(0, text.find('\n')));
}

Model read(const std::string& path, const std::optional<Shape>& inputShape) {
  const at::NoGradGuard noGrad;
  const auto bytes = torchscript::readArchive(path);
  const auto module = load(bytes);
  return inputShape ? torchscript::readModel(module, *inputShape) : readGuessing(module);
}

}  // namespace

Model importTorchScript(const std::string& path, const std::optional<Shape>& inputShape) {
  std::optional<Model> model;
  try {
    torchscript::onBigStack([&] { model = read(path, inputShape); });
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    // libtorch's readers throw their own kinds; whatever they stumble over is a fault of the file.
    torchscript::refuseFile(path, "libtorch cannot read it: " + firstLine(error.what()),
                            "a TorchScript file");
  }
  return std::move(*model);
}

}  // namespace shellac::graph
