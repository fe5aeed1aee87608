#include "core/purify/walk_record.h"

#include "core/error.h"

namespace shellac::purify {
namespace {

constexpr auto kGenerator = "generator", kReports = "reports", kCodes = "codes/";
constexpr int64_t kColumns = 8;

std::vector<double> toRow(const UnitReport& report) {
  return {report.lossBefore, report.lossAfter,       static_cast<double>(report.iterations),
          report.damping,    report.pda ? 1.0 : 0.0, report.pdaBefore,
          report.pdaAfter,   report.seconds};
}

UnitReport fromRow(const std::string& unit, const std::vector<double>& row) {
  return {.unit = unit,
          .lossBefore = row[0],
          .lossAfter = row[1],
          .iterations = static_cast<int64_t>(row[2]),
          .damping = row[3],
          .pda = row[4] != 0,
          .pdaBefore = row[5],
          .pdaAfter = row[6],
          .seconds = row[7]};
}

}  // namespace

WalkRecord::WalkRecord(const Keeping& keeping, Result& result, at::Generator& generator)
    : keeping_(keeping), result_(result), generator_(generator) {
  if (!keeping.from) return;
  recalled_ = keptRows(*keeping.from, kReports, kColumns);
  resumeGenerator(*keeping.from, kGenerator, generator_);
}

bool WalkRecord::recall(const std::string& part, const Names& nodes) {
  const auto done = result_.units.size();
  if (done >= recalled_.size()) return false;
  for (const auto& node : nodes) result_.quantization.weights.at(node).codes = codesOf(node);
  corrected_.insert(corrected_.end(), nodes.begin(), nodes.end());
  result_.units.push_back(fromRow(part, recalled_[done]));
  return true;
}

void WalkRecord::add(const UnitReport& report, const Names& nodes) {
  result_.units.push_back(report);
  corrected_.insert(corrected_.end(), nodes.begin(), nodes.end());
  keeping_.offer([this] { return kept(); });
}

Kept WalkRecord::kept() const {
  Kept kept;
  Rows reports;
  for (const auto& report : result_.units) reports.push_back(toRow(report));
  keepRows(kept, kReports, reports);
  keepGenerator(kept, kGenerator, generator_);
  for (const auto& node : corrected_) kept[kCodes + node] = result_.quantization.weights.at(node).codes;
  return kept;
}

at::Tensor WalkRecord::codesOf(const std::string& node) const {
  const auto& nearest = result_.quantization.weights.at(node);
  const auto& codes =
      keptTensor(*keeping_.from, kCodes + node, nearest.codes.scalar_type(), nearest.codes.sizes());
  try {
    quant::checkCodes(node, {nearest.quantizer, codes});
  } catch (const Error& error) {
    throw Error(Code::BadData, {.thing = "the checkpoint",
                                .found = error.what(),
                                .expected = "codes on the weight's grid",
                                .remedy = "delete it, or name another, and begin anew"});
  }
  return codes;
}

}  // namespace shellac::purify
