// What of a long job outlives it: named tensors, from which another job with the same settings goes on as if
// the first had never stopped.
#pragma once
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shellac {

using Kept = std::map<std::string, at::Tensor>;  // on the CPU, contiguous; nobody writes to them any more

// What an earlier job kept, and how this one does. Without `keep` nothing is kept.
struct Keeping {
  std::optional<Kept> from = {};
  std::function<bool()> due = {};  // whether it is time to keep something again
  std::function<void(Kept)> keep = {};

  // Calls make() for what is kept only where it is wanted.
  template <typename Make>
  void offer(const Make& make, bool always = false) const {
    if (keep && (always || due())) keep(make());
  }
};

// Copies of the tensors, as they are now, under prefix + name.
void keepTensors(Kept& kept, const std::string& prefix, const std::map<std::string, at::Tensor>& tensors);
void keepTensors(Kept& kept, const std::string& prefix, const std::vector<at::Tensor>& tensors);
// The other way, in place: their type, shape, device and memory format stay.
void resumeTensors(const Kept& kept, const std::string& prefix,
                   const std::map<std::string, at::Tensor>& tensors);
void resumeTensors(const Kept& kept, const std::string& prefix, const std::vector<at::Tensor>& tensors);

// A table of numbers, float64 [rows, columns].
using Rows = std::vector<std::vector<double>>;
void keepRows(Kept& kept, const std::string& name, const Rows& rows);
Rows keptRows(const Kept& kept, const std::string& name, int64_t columns);

void keepGenerator(Kept& kept, const std::string& name, const at::Generator& generator);
void resumeGenerator(const Kept& kept, const std::string& name, at::Generator generator);

// The tensor of that name. This and all that resumes throws Error{BadData}, by name, where what was kept is
// not what the job keeps: it comes from a file.
const at::Tensor& keptTensor(const Kept& kept, const std::string& name, at::ScalarType type,
                             at::IntArrayRef sizes);

}  // namespace shellac
