// Judges the text of a file's code before libtorch parses it. Three dangers are kept out: nesting that
// exhausts the stack, subscripts without an index, and expressions that libtorch evaluates while loading
// (default arguments and class constants that are not literals).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace shellac::graph::torchscript {

struct CodeCount {  // of a whole file; the limits are on these sums
  int64_t classes = 0;
  int64_t functions = 0;
};

// Throws Error{BadModel} by the record's name and line.
void judgeSource(const std::string& record, std::string_view text, CodeCount& count);

}  // namespace shellac::graph::torchscript
