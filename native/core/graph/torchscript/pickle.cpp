#include "core/graph/torchscript/pickle.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "core/graph/torchscript/pickle_item.h"
#include "core/graph/torchscript/pickle_tensor.h"
#include "core/graph/torchscript/refuse.h"

namespace shellac::graph::torchscript {
namespace {

using Kind = PickleItem::Kind;
constexpr int64_t deepest = 100;
constexpr size_t longestText = 65536;
constexpr const char* jit = "torch.jit._pickle\n";

class Machine {
 public:
  Machine(const std::string& record, std::string_view bytes, const StorageBytes& storageBytes)
      : record_(record), bytes_(bytes), storageBytes_(storageBytes) {}

  void run() {
    if (number(1) != 0x80 || number(1) > 4) refuse("no pickle");
    while (const int code = static_cast<int>(number(1))) {
      if (code == '.') break;
      step(code);
    }
    if (stack_.size() != 1 || !marks_.empty()) refuse("a stack that does not come out even");
  }

 private:
  [[noreturn]] void refuse(const std::string& found) const {
    refuseFile(record_ + ", byte " + std::to_string(at_), found, "data as torch.jit writes it");
  }

  // --- reading
  std::string_view take(size_t count) {
    if (count > bytes_.size() - at_) refuse("it is cut off");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  uint64_t number(size_t count) {
    uint64_t value = 0;
    const auto raw = take(count);
    for (size_t i = 0; i < count; ++i)
      value |= static_cast<uint64_t>(static_cast<unsigned char>(raw[i])) << (8 * i);
    return value;
  }
  std::string text(size_t count) {
    if (count > longestText) refuse("a text that is too long");
    const std::string text(take(count));
    int64_t nesting = 0;  // texts name types, which libtorch parses recursively
    for (const char c : text) nesting += c == '[' || c == '(';
    if (nesting > deepest) refuse("a type nested too deeply");
    return text;
  }
  std::string line() {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) refuse("it is cut off");
    auto line = text(end - at_);
    ++at_;
    return line;
  }

  // --- the stack
  void push(Kind kind, int64_t integer = 0, std::string text = {}) {
    stack_.push_back(
        std::make_shared<PickleItem>(PickleItem{.kind = kind, .integer = integer, .text = std::move(text)}));
  }
  Item pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("too few values");
    auto item = std::move(stack_.back());
    stack_.pop_back();
    return item;
  }
  Item& top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("too few values");
    return stack_.back();
  }
  std::vector<Item> popToMark() {
    if (marks_.empty()) refuse("no mark");
    std::vector<Item> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  void put(Item& into, const Item& item) {
    if (into->closed) refuse("a value that changes after it was used");
    item->closed = true;
    into->depth = std::max(into->depth, item->depth + 1);
    if (into->depth > deepest) refuse("values nested too deeply");
    into->items.push_back(item);
  }
  void tuple(std::vector<Item> items) {
    auto made = std::make_shared<PickleItem>(PickleItem{.kind = Kind::Tuple});
    for (const auto& item : items) put(made, item);
    stack_.push_back(std::move(made));
  }
  void lastTuple(size_t count) {
    std::vector<Item> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    tuple(std::move(items));
  }
  void extend(Kind kind) {
    const auto items = popToMark();
    auto& into = top();
    if (into->kind != kind || (kind == Kind::Dict && items.size() % 2 != 0))
      refuse("items for something that holds none");
    for (const auto& item : items) put(into, item);
  }

  // --- the memo
  void memoize(uint64_t index) {
    if (index > bytes_.size())
      refuse("a memo index that is too large");  // libtorch makes room for all below it
    memo_[index] = top();
  }
  void recall(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) refuse("a memo that was not made");
    found->second->closed = true;
    stack_.push_back(found->second);
  }

  // --- instructions
  void step(int code) {
    switch (code) {
      case '(':
        return marks_.push_back(stack_.size());
      case ')':
        return tuple({});
      case ']':
        return push(Kind::List);
      case '}':
        return push(Kind::Dict);
      case 'N':
        return push(Kind::None);
      case 0x88:
      case 0x89:
        return push(Kind::Bool);
      case 'K':
        return push(Kind::Int, static_cast<int64_t>(number(1)));
      case 'M':
        return push(Kind::Int, static_cast<int64_t>(number(2)));
      case 'J':
        return push(Kind::Int, static_cast<int32_t>(number(4)));
      case 0x8a:
        return longInteger();
      case 'G':
        take(8);
        return push(Kind::Float);
      case 'X':
        return push(Kind::Text, 0, text(number(4)));
      case 'q':
        return memoize(number(1));
      case 'r':
        return memoize(number(4));
      case 'h':
        return recall(number(1));
      case 'j':
        return recall(number(4));
      case 't':
        return tuple(popToMark());
      case 0x85:
      case 0x86:
      case 0x87:
        return lastTuple(static_cast<size_t>(code - 0x84));
      case 'e':
        return extend(Kind::List);
      case 'u':
        return extend(Kind::Dict);
      case 'c':
        return global();
      case 0x81:
        return newObject();
      case 'b':
        return build();
      case 'Q':
        return storage();
      case 'R':
        return reduce();
      default:
        refuse("instruction " + std::to_string(code));
    }
  }

  void longInteger() {
    if (number(1) != 8) refuse("an integer that is not of 8 bytes");
    push(Kind::Int, static_cast<int64_t>(number(8)));
  }

  // Names of classes whose code lies in the file, or of one of the few functions that make plain values.
  void global() {
    const auto module = line(), name = line();
    static constexpr std::array<std::string_view, 9> plain = {"torch._utils\n_rebuild_tensor_v2",
                                                              "torch.jit._pickle\nbuild_intlist",
                                                              "torch.jit._pickle\nbuild_doublelist",
                                                              "torch.jit._pickle\nbuild_boollist",
                                                              "torch.jit._pickle\nbuild_tensorlist",
                                                              "torch.jit._pickle\nrestore_type_tag",
                                                              "collections\nOrderedDict"};
    const auto full = module + "\n" + name;
    bool known = module.starts_with("__torch__") && !module.starts_with("__torch__.torch.classes");
    for (const auto allowed : plain) known = known || full == allowed;
    if (!known && !(module == "torch" && storageItemSize(name) > 0))
      refuse("a value of kind " + module + "." + name);
    push(Kind::Global, 0, full);
  }

  void newObject() {
    const auto arguments = pop(), type = pop();
    if (!type->text.starts_with("__torch__") || arguments->kind != Kind::Tuple || !arguments->items.empty())
      refuse("an object of no class");
    push(Kind::Object);
  }

  void build() {
    const auto state = pop();
    if (top()->kind != Kind::Object || state->kind != Kind::Dict || !top()->items.empty())
      refuse("a state for something that has none");
    put(top(), state);
  }

  // ('storage', type, key, device, numbers)
  void storage() {
    const auto id = pop();
    if (id->kind != Kind::Tuple || id->items.size() != 5) refuse("a storage of another form");
    const auto& [tag, type, key, device, count] =
        std::tie(id->items[0], id->items[1], id->items[2], id->items[3], id->items[4]);
    const bool formed = tag->kind == Kind::Text && tag->text == "storage" && type->kind == Kind::Global &&
                        type->text.starts_with("torch\n") && key->kind == Kind::Text &&
                        device->kind == Kind::Text && count->kind == Kind::Int;
    if (!formed || count->integer < 0) refuse("a storage of another form");
    const auto size = storageItemSize(std::string_view(type->text).substr(6));
    const auto held = count->integer == 0 ? 0 : storageBytes_(key->text);
    if (size == 0 || static_cast<uint64_t>(count->integer) > held / static_cast<uint64_t>(size)) {
      refuse("a storage of " + std::to_string(count->integer) + " numbers in a record of " +
             std::to_string(held) + " bytes");
    }
    push(Kind::Storage, count->integer);
  }

  void reduce() {
    const auto arguments = pop(), function = pop();
    if (function->kind != Kind::Global || arguments->kind != Kind::Tuple)
      refuse("a call of something that is no function");
    if (function->text == "torch._utils\n_rebuild_tensor_v2") {
      if (const auto why = faultOfTensor(arguments->items)) refuse(*why);
      return push(Kind::Tensor);
    }
    if (function->text == "collections\nOrderedDict") {
      if (!arguments->items.empty()) refuse("an OrderedDict with arguments");
      return push(Kind::Dict);
    }
    if (!function->text.starts_with(jit) || arguments->items.empty()) refuse("a call of " + function->text);
    const bool tagged = function->text.ends_with("restore_type_tag");
    const auto& items = arguments->items;
    const bool holds = items[0]->kind == Kind::List || items[0]->kind == Kind::Dict;
    if (!holds || items.size() != (tagged ? 2 : 1) || (tagged && items[1]->kind != Kind::Text))
      refuse("a list of another form");
    auto made = std::make_shared<PickleItem>(PickleItem{.kind = Kind::Values, .closed = false});
    put(made, items[0]);
    stack_.push_back(std::move(made));
  }

  const std::string& record_;
  std::string_view bytes_;
  const StorageBytes& storageBytes_;
  size_t at_ = 0;
  std::vector<Item> stack_;
  std::vector<size_t> marks_;
  std::map<uint64_t, Item> memo_;
};

}  // namespace

void judgePickle(const std::string& record, std::string_view bytes, const StorageBytes& storageBytes) {
  Machine(record, bytes, storageBytes).run();
}

}  // namespace shellac::graph::torchscript
