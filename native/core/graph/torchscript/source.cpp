#include "core/graph/torchscript/source.h"

#include <array>

#include "core/graph/torchscript/refuse.h"

namespace shellac::graph::torchscript {
namespace {

// What the stack of big_stack.h holds, with room to spare.
constexpr int64_t deepestBrackets = 100;
constexpr int64_t deepestIndent = 200;
constexpr int64_t longestStatement = 10000;  // tokens
constexpr int64_t mostClasses = 5000;
constexpr int64_t mostFunctions = 10000;

bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Words that a literal may hold: it is these that libtorch may evaluate.
bool isLiteralWord(std::string_view word) {
  static constexpr std::array<std::string_view, 12> words = {"True",     "False", "None",  "annotate",
                                                             "Optional", "List",  "Tuple", "int",
                                                             "float",    "bool",  "str",   "Tensor"};
  for (const auto known : words) {
    if (word == known) return true;
  }
  return false;
}

// Words behind which a bracket begins a list and no subscript.
bool isKeyword(std::string_view word) {
  static constexpr std::array<std::string_view, 8> words = {"return", "in", "not",  "and",
                                                            "or",     "if", "else", "is"};
  for (const auto known : words) {
    if (word == known) return true;
  }
  return false;
}

class SourceJudge {
 public:
  SourceJudge(const std::string& record, std::string_view text, CodeCount& count)
      : record_(record), text_(text), count_(count) {}

  void judge() {
    while (at_ < text_.size()) {
      if (startsStatement_ && !startStatement()) continue;
      token();
    }
    if (depth_ != 0) refuse("an open bracket at the end");
  }

 private:
  [[noreturn]] void refuse(const std::string& found) const {
    refuseFile(record_ + ", line " + std::to_string(line_), found, "code as torch.jit writes it");
  }

  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n'; }

  // Skips the indentation. False for an empty line.
  bool startStatement() {
    int64_t indent = 0;
    while (at_ < text_.size() && peek() == ' ') ++indent, ++at_;
    if (at_ >= text_.size()) return false;
    if (peek() == '\n') {
      newline();
      return false;
    }
    if (indent > deepestIndent) refuse("blocks nested too deeply");
    startsStatement_ = false;
    behindValue_ = false;
    tokens_ = 0;
    const auto first = word();
    if (first == "elif") refuse("elif");  // libtorch reads a chain of them recursively
    if (first.starts_with("__setstate__") || first.starts_with("__getstate__")) refuse(std::string(first));
    if (functionIndent_ >= 0 && indent <= functionIndent_) functionIndent_ = -1;
    signature_ = first == "def";
    // `__annotations__["0"] = Type` names a type; every other assignment outside functions gives a value.
    expectsLiteral_ = functionIndent_ < 0 && !signature_ && first != "__annotations__";
    inValue_ = false;
    if (signature_ && functionIndent_ < 0) functionIndent_ = indent;
    if (first == "class" && ++count_.classes > mostClasses) refuse("too many classes");
    if (signature_ && ++count_.functions > mostFunctions) refuse("too many functions");
    return true;
  }

  std::string_view word() const {
    size_t end = at_;
    while (end < text_.size() && isWord(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

  void newline() {
    ++at_;
    ++line_;
    startsStatement_ = depth_ == 0;
  }

  void token() {
    const char c = peek();
    if (c == '\n') return newline();
    if (c == ' ') return void(++at_);
    if (++tokens_ > longestStatement) refuse("a statement that is too long");
    if (c == '"' || c == '\'') return string(c);
    if (isWord(c)) return identifier();
    // Tabs, comments and continued lines: torch.jit writes none, and readers differ on them.
    if (c < ' ' || c > '~' || c == '#' || c == '\\' || c == ';' || c == '`' || c == '$')
      refuse("a character that does not belong there");
    bracket(c);
    behindValue_ = c == ')' || c == ']' || c == '}';
    ++at_;
  }

  void bracket(char c) {
    if (c == '(' || c == '[' || c == '{') {
      if (++depth_ > deepestBrackets) refuse("brackets nested too deeply");
      if (c == '[' && behindValue_ && next() == ']')
        refuse("a subscript without an index");  // libtorch's compiler reads beyond the empty list
    } else if (c == ')' || c == ']' || c == '}') {
      if (--depth_ < 0) refuse("a closing bracket too many");
      if (signature_ && depth_ == 0) inValue_ = false;
    } else if (c == ',' && signature_ && depth_ == 1) {
      inValue_ = false;
    } else if (c == '=') {
      inValue_ = signature_ || expectsLiteral_;
    }
  }

  // What follows the character here, over spaces and lines.
  char next() const {
    const auto found = text_.find_first_not_of(" \n", at_ + 1);
    return found == std::string_view::npos ? '\n' : text_[found];
  }

  void identifier() {
    const auto name = word();
    behindValue_ = !isKeyword(name);
    if (name == "__setstate__" || name == "__getstate__") {
      refuse(std::string(name) + ", code of the file that would run while it is loaded");
    }
    if (inValue_ && !isDigit(name[0]) && !isLiteralWord(name)) {
      refuse("\"" + std::string(name.substr(0, 80)) +
             "\" in a value that would be computed while the file is loaded");
    }
    at_ += name.size();
  }

  void string(char quote) {
    if (peek(1) == quote && peek(2) == quote) refuse("a string in triple quotes");
    for (++at_; peek() != quote; ++at_) {
      if (peek() == '\\') ++at_;
      if (at_ >= text_.size() || peek() == '\n') refuse("a string without an end");
    }
    ++at_;
    behindValue_ = true;
  }

  const std::string& record_;
  std::string_view text_;
  CodeCount& count_;
  size_t at_ = 0;
  int64_t line_ = 1;
  int64_t depth_ = 0;
  int64_t tokens_ = 0;
  int64_t functionIndent_ = -1;  // of the function that the statement is in
  bool startsStatement_ = true;
  bool behindValue_ = false;     // where a [ begins a subscript
  bool signature_ = false;       // the statement is a def
  bool expectsLiteral_ = false;  // the statement is outside functions
  bool inValue_ = false;         // behind an = whose right side libtorch evaluates
};

}  // namespace

void judgeSource(const std::string& record, std::string_view text, CodeCount& count) {
  SourceJudge(record, text, count).judge();
}

}  // namespace shellac::graph::torchscript
