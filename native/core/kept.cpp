#include "core/kept.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "core/error.h"

namespace shellac {
namespace {

[[noreturn]] void damaged(const std::string& name, const std::string& found, const std::string& expected) {
  throw Error(Code::BadData, {.thing = "'" + name + "' in the checkpoint",
                              .found = found,
                              .expected = expected,
                              .remedy = "delete the checkpoint, or name another, and begin anew"});
}

const at::Tensor& find(const Kept& kept, const std::string& name) {
  const auto found = kept.find(name);
  if (found == kept.end()) damaged(name, "nothing", "a tensor of that name");
  return found->second;
}

std::string show(const at::Tensor& tensor) {
  return std::string(c10::toString(tensor.scalar_type())) + " " + showShape(tensor.sizes());
}

at::Tensor copyOf(const at::Tensor& tensor) {
  return tensor.detach()
      .to(at::kCPU, tensor.scalar_type(), /*non_blocking=*/false, /*copy=*/true)
      .contiguous();
}

std::map<std::string, at::Tensor> numbered(const std::vector<at::Tensor>& tensors) {
  std::map<std::string, at::Tensor> named;
  for (size_t i = 0; i < tensors.size(); ++i) named[std::to_string(i)] = tensors[i];
  return named;
}

}  // namespace

const at::Tensor& keptTensor(const Kept& kept, const std::string& name, at::ScalarType type,
                             at::IntArrayRef sizes) {
  const auto& tensor = find(kept, name);
  if (tensor.scalar_type() != type || tensor.sizes() != sizes)
    damaged(name, show(tensor), std::string(c10::toString(type)) + " " + showShape(sizes));
  return tensor;
}

void keepTensors(Kept& kept, const std::string& prefix, const std::map<std::string, at::Tensor>& tensors) {
  for (const auto& [name, tensor] : tensors) kept[prefix + name] = copyOf(tensor);
}

void keepTensors(Kept& kept, const std::string& prefix, const std::vector<at::Tensor>& tensors) {
  keepTensors(kept, prefix, numbered(tensors));
}

void resumeTensors(const Kept& kept, const std::string& prefix,
                   const std::map<std::string, at::Tensor>& tensors) {
  const at::NoGradGuard noGrad;
  for (const auto& [name, tensor] : tensors)
    tensor.copy_(keptTensor(kept, prefix + name, tensor.scalar_type(), tensor.sizes()));
}

void resumeTensors(const Kept& kept, const std::string& prefix, const std::vector<at::Tensor>& tensors) {
  resumeTensors(kept, prefix, numbered(tensors));
}

void keepRows(Kept& kept, const std::string& name, const Rows& rows) {
  const auto columns = rows.empty() ? 0 : rows.front().size();
  auto table = at::empty({static_cast<int64_t>(rows.size()), static_cast<int64_t>(columns)},
                         at::TensorOptions(at::kCPU).dtype(at::kDouble));
  auto* out = table.mutable_data_ptr<double>();
  for (const auto& row : rows) out = std::copy(row.begin(), row.end(), out);
  kept[name] = table;
}

Rows keptRows(const Kept& kept, const std::string& name, int64_t columns) {
  const auto& table = find(kept, name);
  if (table.scalar_type() != at::kDouble || table.dim() != 2 || table.size(1) != columns)
    damaged(name, show(table), "Double [n, " + std::to_string(columns) + "]");
  const auto* values = table.const_data_ptr<double>();
  Rows rows;
  for (int64_t i = 0; i < table.size(0); ++i)
    rows.emplace_back(values + i * columns, values + (i + 1) * columns);
  return rows;
}

void keepGenerator(Kept& kept, const std::string& name, const at::Generator& generator) {
  kept[name] = generator.get_state();
}

void resumeGenerator(const Kept& kept, const std::string& name, at::Generator generator) {
  const auto& state = keptTensor(kept, name, at::kByte, generator.get_state().sizes());
  try {
    generator.set_state(state);
  } catch (const c10::Error&) {
    damaged(name, "no state of a generator", "one");
  }
}

}  // namespace shellac
