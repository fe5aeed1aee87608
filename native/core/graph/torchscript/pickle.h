// Judges a pickled record before libtorch unpickles it: libtorch trusts the sizes in it, and indexes its
// stack unchecked. Follows the pickle machine on values that keep only what is to be judged.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace shellac::graph::torchscript {

// Bytes of the record that holds the storage of that key. Throws where there is none.
using StorageBytes = std::function<uint64_t(const std::string& key)>;

// Refuses: malformed and unknown instructions, stack underflow, cycles and deep nesting, storages larger than
// their records, tensors that reach beyond their storage, and every global but module classes and plain
// tensors and lists. Throws Error{BadModel} by the record's name.
void judgePickle(const std::string& record, std::string_view bytes, const StorageBytes& storageBytes);

}  // namespace shellac::graph::torchscript
