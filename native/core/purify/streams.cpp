#include "core/purify/streams.h"

namespace shellac::purify {

Streams::Streams(const graph::Model& model, graph::Reading corrected, const Job& job)
    : model_(model), reading_(std::move(corrected)), job_(job) {}

void Streams::feed(const Batches& images) {
  const auto& node = model_.graph.nodes.front();
  batches_ = images.size();
  for (const auto& image : images) {
    full_[node.name].push_back(graph::runNode(model_, node, {image}));
    corrected_[node.name].push_back(graph::runNode(model_, node, {image}, reading_));
  }
}

at::Tensor Streams::step(const graph::Node& node, const Values& values, size_t batch,
                         const graph::Reading& reading) const {
  job_.checkpoint();
  std::vector<at::Tensor> inputs;
  for (const auto& name : node.inputs) inputs.push_back(values.at(name)[batch]);
  return graph::runNode(model_, node, std::move(inputs), reading);
}

void Streams::pass(const graph::Node& node) {
  Batches full, corrected;
  for (size_t b = 0; b < batches_; ++b) {
    full.push_back(step(node, full_, b, {}));
    corrected.push_back(step(node, corrected_, b, reading_));
  }
  full_[node.name] = std::move(full);
  corrected_[node.name] = std::move(corrected);
}

void Streams::chain(const std::vector<std::string>& nodes, Values& values, const graph::Reading& reading) {
  Batches made;
  for (size_t b = 0; b < batches_; ++b) {
    auto value = step(model_.graph.node(nodes.front()), values, b, reading);
    for (size_t i = 1; i < nodes.size(); ++i) {
      job_.checkpoint();
      value = graph::runNode(model_, model_.graph.node(nodes[i]), {value}, reading);
    }
    made.push_back(value);
  }
  values[nodes.back()] = std::move(made);
}

void Streams::passFull(const std::vector<std::string>& nodes) { chain(nodes, full_, {}); }
void Streams::passCorrected(const std::vector<std::string>& nodes) { chain(nodes, corrected_, reading_); }

void Streams::forget(const std::string& value) {
  full_.erase(value);
  corrected_.erase(value);
}

}  // namespace shellac::purify
