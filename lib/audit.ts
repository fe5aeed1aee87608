import type { Fingerprints, LayerAudit } from './audit/fingerprints.js'
import { type AuditOptions, auditOptions } from './audit/options.js'
import type { ClassAudit } from './audit/pair.js'
import type { InvertedTrigger } from './audit/trigger.js'
import type { FalseAlarmRate, Verdict } from './audit/verdict.js'
import type { Dataset } from './data/dataset.js'
import { resolveDevice } from './device.js'
import { atCall } from './errors.js'
import { checkLabels } from './measure.js'
import type { Model } from './model/model.js'
import { checkFullPrecision } from './model/quantized.js'
import { parse } from './options.js'

export { type AuditOptions, auditOptions }

/** One way of rounding, audited. */
export interface PresetAudit {
  /** Preset, or the name of the quantized model that was given. */
  quantizer: string
  verdict: Verdict
  class: number | null
  score: number
  /** Of that class. */
  gap: number | null
  maskArea: number | null
  /** false where rounding alone spoils so many images that no search can tell a backdoor from it. */
  judged: boolean
  /** Percent of the benign images that both models give the same class. */
  agreement: number
  searches: number
  /** Of the searches, the first one's. */
  steps: number
  borderPile: Fingerprints['borderPile']
  seconds: number
}

/** Benign images that a quantized model gives another class than the full-precision one. */
export interface Disagreement {
  quantizer: string
  /** Of the weights; null for a model that was given. */
  bits: number | null
  /** Percent of the images. */
  changed: number
}

/** What an audit found (docs/audit.md says how to read it). */
export interface AuditResult {
  verdict: Verdict
  /** To which the backdoor leads, where there is one: the class that stands out most. null where nothing was searched. */
  class: number | null
  className: string | null
  /** How far it stands out, in robust standard deviations of the classes. */
  score: number
  /** What a score must reach. */
  threshold: number
  falseAlarmRate: FalseAlarmRate
  evidence: string[]
  presets: PresetAudit[]
  /** Of the most suspicious preset, like all that follows. */
  classes: ClassAudit[]
  trigger: InvertedTrigger | null
  fingerprints: Fingerprints
  layers: LayerAudit[]
  disagreement: Disagreement[]
  images: number
  seconds: number
}

/**
 * Says whether a model carries a backdoor that rounding its weights wakes, without knowing trigger or target
 * (docs/audit.md). For each class it searches for the smallest stamp that leads the quantized model to the class and
 * leaves the full-precision one alone; a class that is had far more cheaply than the others is the target of a backdoor.
 *
 * @param model  at full precision
 * @param images labelled benign images of the model's input shape, a few hundred; not those that a result is measured on
 * @throws ERR_BAD_OPTION, ERR_BAD_DATA, ERR_BAD_MODEL (already quantized, or of other classes), ERR_DEVICE, ERR_ABORTED,
 *   ERR_OUT_OF_MEMORY
 * @example const { verdict, class: target } = await audit(model, images, { weightBits: 4 })
 */
export function audit(model: Model, images: Dataset, options: AuditOptions = {}): Promise<AuditResult> {
  return atCall(audit, async () => {
    const parsed = await parse('audit', auditOptions, options)
    const settings = { ...parsed, device: await resolveDevice(parsed.device) }
    checkFullPrecision(model)
    checkLabels(model, images)
    const { auditModel } = await import('./audit/model.js')
    return auditModel(model, images, settings)
  })
}
