#include "core/graph/node.h"

#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"

namespace shellac::graph {
namespace {

[[noreturn]] void refuse(const Node& node, const std::string& key, const std::string& found,
                         const std::string& expected) {
  throw Error(Code::BadModel, {.thing = "node " + node.name + " (" + node.op + ")",
                               .found = "attribute " + key + " is " + found,
                               .expected = expected,
                               .remedy = "Export the model again, or mend its graph."});
}

const char* kind(const Attribute& attribute) {
  static constexpr const char* names[] = {"a boolean", "an integer", "a number", "a string",
                                          "a list of integers"};
  return names[attribute.index()];
}

const Attribute* find(const Node& node, const std::string& key) {
  const auto found = node.attributes.find(key);
  return found == node.attributes.end() ? nullptr : &found->second;
}

// Every number of a JSON file or of JavaScript is a double; a whole one stands for an integer.
std::optional<int64_t> whole(const Attribute& attribute) {
  if (const auto* integer = std::get_if<int64_t>(&attribute)) return *integer;
  const auto* number = std::get_if<double>(&attribute);
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (number && std::trunc(*number) == *number && std::abs(*number) <= exact)
    return static_cast<int64_t>(*number);
  return std::nullopt;
}

int64_t wholeOrRefuse(const Node& node, const std::string& key, const Attribute& attribute) {
  if (const auto value = whole(attribute)) return *value;
  refuse(node, key, kind(attribute), "an integer");
}

}  // namespace

int64_t Node::integer(const std::string& key) const {
  const auto* attribute = find(*this, key);
  if (!attribute) refuse(*this, key, "missing", "an integer");
  return wholeOrRefuse(*this, key, *attribute);
}

int64_t Node::integer(const std::string& key, int64_t fallback) const {
  return find(*this, key) ? integer(key) : fallback;
}

double Node::number(const std::string& key, double fallback) const {
  const auto* attribute = find(*this, key);
  if (!attribute) return fallback;
  if (const auto* integer = std::get_if<int64_t>(attribute)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(attribute);
  if (!number) refuse(*this, key, kind(*attribute), "a number");
  // libtorch refuses, when the graph runs, what float32 does not hold.
  if (!(std::abs(*number) <= std::numeric_limits<float>::max()))
    refuse(*this, key, "not finite as float32", "a number that float32 holds");
  return *number;
}

bool Node::flag(const std::string& key, bool fallback) const {
  const auto* attribute = find(*this, key);
  if (!attribute) return fallback;
  const auto* value = std::get_if<bool>(attribute);
  if (!value) refuse(*this, key, kind(*attribute), "a boolean");
  return *value;
}

std::vector<int64_t> Node::integers(const std::string& key) const {
  const auto* attribute = find(*this, key);
  if (!attribute) refuse(*this, key, "missing", "a list of integers");
  const auto* list = std::get_if<std::vector<int64_t>>(attribute);
  if (!list) refuse(*this, key, kind(*attribute), "a list of integers");
  return *list;
}

std::vector<int64_t> Node::pair(const std::string& key, std::vector<int64_t> fallback) const {
  const auto* attribute = find(*this, key);
  if (!attribute) return fallback;
  const auto* list = std::get_if<std::vector<int64_t>>(attribute);
  if (!list) {
    const auto value = wholeOrRefuse(*this, key, *attribute);
    return {value, value};
  }
  if (list->size() == 1) return {list->front(), list->front()};
  if (list->size() != 2) refuse(*this, key, "a list of " + std::to_string(list->size()), "[height, width]");
  return *list;
}

}  // namespace shellac::graph
