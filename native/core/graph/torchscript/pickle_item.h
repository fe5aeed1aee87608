// What judgePickle's machine keeps of a pickled value.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace shellac::graph::torchscript {

struct PickleItem {
  enum class Kind {
    None,
    Bool,
    Int,
    Float,
    Text,
    Global,
    Tuple,
    List,
    Dict,
    Object,
    Storage,
    Tensor,
    Values
  };
  Kind kind = Kind::None;
  int64_t integer = 0;    // Int; of a Storage, the numbers in it
  std::string text = {};  // Text, Global
  std::vector<std::shared_ptr<PickleItem>> items = {};
  int64_t depth = 0;
  bool closed = false;  // held by another value, or read from the memo: it must not change any more
};
using Item = std::shared_ptr<PickleItem>;

}  // namespace shellac::graph::torchscript
