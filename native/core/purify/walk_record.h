// What a walk keeps: the codes of the parts that it is through with, what they gained, and the generator. A
// walk that goes on from there runs these parts again with their codes, in place of solving them: the streams
// are large, and they come out the same.
#pragma once
#include "core/kept.h"
#include "core/purify/purify.h"
#include "core/purify/walk.h"

namespace shellac::purify {

class WalkRecord {
 public:
  // Both are written to; they live longer than this. The generator goes on from where the earlier walk left
  // it.
  WalkRecord(const Keeping& keeping, Result& result, at::Generator& generator);

  // Whether an earlier walk has corrected the part that is due, with these nodes: then its codes and report
  // are in the result.
  bool recall(const std::string& part, const Names& nodes);
  // The part that was due is corrected, and its codes are in the result.
  void add(const UnitReport& report, const Names& nodes);

 private:
  Kept kept() const;
  at::Tensor codesOf(const std::string& node) const;

  const Keeping& keeping_;
  Result& result_;
  at::Generator& generator_;
  Rows recalled_;
  Names corrected_;
};

}  // namespace shellac::purify
