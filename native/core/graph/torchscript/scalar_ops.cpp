// Ops on numbers, sizes and lists, which decide what the code does with an input of known shape.
#include <compare>
#include <cstdlib>

#include "core/error.h"
#include "core/graph/torchscript/call.h"

namespace shellac::graph::torchscript {
namespace {

Value sizes(const Call& call) {
  std::vector<Value> list{{BatchSize{}}};
  for (const auto size : call.builder.shape(call.activation(0))) list.push_back({size});
  return sequence(std::move(list));
}

// Python's indices: −1 is the last.
Value element(const Call& call, const std::vector<Value>& list, int64_t index) {
  const auto count = static_cast<int64_t>(list.size());
  const auto place = index < 0 ? index + count : index;
  if (place < 0 || place >= count)
    call.refuse("index " + std::to_string(index) + " of " + std::to_string(count));
  return list[static_cast<size_t>(place)];
}

const std::vector<Value>& list(const Call& call) {
  const auto* list = call.at(0).as<Sequence>();
  if (!list) call.refuse("argument 0 is not a known list");
  return **list;
}

// size(x) or size(x, axis)
Value size(const Call& call) {
  const auto all = sizes(call);
  return call.arguments.size() == 1 ? all : element(call, **all.as<Sequence>(), call.integer(1));
}

Value dimensions(const Call& call) {
  return {static_cast<int64_t>(call.builder.shape(call.activation(0)).size()) + 1};
}

Value length(const Call& call) { return {static_cast<int64_t>(list(call).size())}; }
Value item(const Call& call) { return element(call, list(call), call.integer(1)); }

// contains(list, text)
Value contains(const Call& call) {
  const auto* wanted = call.at(1).as<std::string>();
  if (!wanted) call.refuse("it looks for something else than a text");
  for (const auto& value : list(call)) {
    const auto* text = value.as<std::string>();
    if (!text) call.refuse("argument 0 is not a list of texts");
    if (*text == *wanted) return {true};
  }
  return {false};
}

Meaning compared(bool (*holds)(std::partial_ordering)) {
  return [holds](const Call& call) -> Value {
    const auto* left = call.at(0).as<std::string>();
    const auto* right = call.at(1).as<std::string>();
    if (left && right) return {holds(*left <=> *right)};
    if (call.at(0).as<bool>() && call.at(1).as<bool>()) return {holds(call.flag(0) <=> call.flag(1))};
    return {holds(call.number(0) <=> call.number(1))};
  };
}

// Sums are kept small, so that nothing overflows.
Meaning arithmetic(int64_t (*combine)(int64_t, int64_t)) {
  return [combine](const Call& call) -> Value {
    constexpr int64_t largest = int64_t{1} << 30;
    const auto left = call.integer(0), right = call.integer(1);
    if (std::abs(left) > largest || std::abs(right) > largest) call.refuse("its numbers are too large");
    return {combine(left, right)};
  };
}

Value floorDivide(const Call& call) {
  const auto left = call.integer(0), right = call.integer(1);
  if (left < 0 || right <= 0) call.refuse("it divides numbers that are not positive");
  return {left / right};
}

Value is(const Call& call) {
  const auto &left = call.at(0), &right = call.at(1);
  if (!left.none() && !right.none()) call.refuse("it compares with something else than None");
  return {left.none() == right.none()};
}

Value isNot(const Call& call) { return {!*is(call).as<bool>()}; }
Value negation(const Call& call) { return {!call.flag(0)}; }
Value both(const Call& call) { return {call.flag(0) && call.flag(1)}; }
Value either(const Call& call) { return {call.flag(0) || call.flag(1)}; }
Value same(const Call& call) { return call.at(0); }
Value construct(const Call& call) { return sequence(call.arguments); }
Value nothing(const Call&) { return {None{}}; }
Value unknown(const Call& call) { return {Unknown{call.op}}; }

Value raise(const Call& call) {
  const auto* message = call.arguments.empty() ? nullptr : call.at(0).as<std::string>();
  throw Error(Code::BadModel, {.thing = "the model's code in " + call.location(),
                               .found = "an input of this shape makes it raise" +
                                        (message ? ": " + message->substr(0, 200) : ""),
                               .expected = "code that accepts the input",
                               .remedy = "Pass the input shape that the model was made for."});
}

}  // namespace

const std::map<std::string, Meaning>& scalarOps() {
  static const std::map<std::string, Meaning> meanings = {
      {"aten::size", size},
      {"aten::dim", dimensions},
      {"aten::len", length},
      {"aten::__contains__", contains},
      {"aten::__getitem__", item},
      {"aten::eq", compared([](std::partial_ordering order) { return order == 0; })},
      {"aten::ne", compared([](std::partial_ordering order) { return order != 0; })},
      {"aten::lt", compared([](std::partial_ordering order) { return order < 0; })},
      {"aten::le", compared([](std::partial_ordering order) { return order <= 0; })},
      {"aten::gt", compared([](std::partial_ordering order) { return order > 0; })},
      {"aten::ge", compared([](std::partial_ordering order) { return order >= 0; })},
      {"aten::add", arithmetic([](int64_t a, int64_t b) { return a + b; })},
      {"aten::sub", arithmetic([](int64_t a, int64_t b) { return a - b; })},
      {"aten::mul", arithmetic([](int64_t a, int64_t b) { return a * b; })},
      {"aten::floordiv", floorDivide},
      {"aten::floor_divide", floorDivide},
      {"aten::__is__", is},
      {"aten::__isnot__", isNot},
      {"aten::__not__", negation},
      {"aten::__and__", both},
      {"aten::__or__", either},
      {"aten::Int", same},
      {"aten::ScalarImplicit", same},
      {"prim::NumToTensor", same},
      {"prim::unchecked_cast", same},
      {"prim::ListConstruct", construct},
      {"prim::TupleConstruct", construct},
      {"aten::format", unknown},
      {"prim::Uninitialized", unknown},
      {"aten::warn", nothing},
      {"prim::RaiseException", raise},
  };
  return meanings;
}

}  // namespace shellac::graph::torchscript
