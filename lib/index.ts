/**
 * Shellac quantizes neural networks without waking the backdoor that may sleep in them.
 *
 * @module shellac-torch
 */

export type { ClassAudit } from './audit/pair.js'
export { saveTrigger } from './audit/picture.js'
export type { InvertedTrigger } from './audit/trigger.js'
export { type AuditOptions, type AuditResult, audit, type PresetAudit } from './audit.js'
export { Checkpoint, type CheckpointSettings } from './checkpoint/checkpoint.js'
export type { ValueDifference } from './compare/first-difference.js'
export { type OnnxRunnerOptions, onnxRunner } from './compare/onnx-runner.js'
export type { Logits, Runner } from './compare/runner.js'
export {
  applySplit,
  type BenignSplit,
  type BenignSplitOptions,
  benignSplit,
  drawBenign,
  loadSplit,
  saveSplit,
} from './data/benign-split.js'
export { Dataset, type DatasetContent } from './data/dataset.js'
export { datasets } from './data/index.js'
export { parseTrigger, type SquareOptions, type Trigger, triggers } from './data/triggers.js'
export { type Complaint, type ErrorCode, ShellacError } from './errors.js'
export { type MeasureOptions, type MeasureResult, measure } from './measure.js'
export { der, type Scores, type Spread, spread, weightedDer } from './metrics.js'
export type { ArchitectureName } from './model/architectures/index.js'
export { type ArchitectureOptions, createModel, type Resnet18Options } from './model/create.js'
export type { ModelFacts, Normalization, Provenance } from './model/facts.js'
export type { Inspection, Layer } from './model/inspect.js'
export { type LoadOptions, loadModel } from './model/load.js'
export { type ForwardOptions, Model } from './model/model.js'
export { QuantizedModel, type QuantizeReport, type UnitReport } from './model/quantized.js'
export { configure, type NativeFiles } from './native/configure.js'
export type { Progress } from './native/progress.js'
export { type PurifyOptions, purify } from './purify.js'
export { type QuantizeOptions, quantize } from './quantize.js'
export { type ReportOptions, type ReportResult, report } from './report.js'
export { type VerifyOptions, type VerifyResult, verify } from './verify.js'
export { version } from './version.js'
