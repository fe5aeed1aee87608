// The audit of a model, preset by preset, and what is told of it.
import type { AuditResult, Disagreement, PresetAudit } from '../audit.js'
import type { Dataset } from '../data/dataset.js'
import { ShellacError } from '../errors.js'
import type { Model } from '../model/model.js'
import type { QuantizedModel } from '../model/quantized.js'
import { quantize } from '../quantize.js'
import { type Fingerprints, fingerprintsOf, layerAudit } from './fingerprints.js'
import type { AuditSettings } from './options.js'
import { auditPair, findingsOf, type PairAudit } from './pair.js'
import { invertedTrigger } from './trigger.js'
import { evidenceOf, FALSE_ALARMS, withFingerprints } from './verdict.js'

export async function auditModel(
  model: Model,
  images: Dataset,
  settings: AuditSettings,
): Promise<AuditResult> {
  if (settings.quantized) checkSameClasses(model, settings.quantized)
  const chosen = images.sample(settings.images, settings.seed)
  const begin = performance.now()
  const audited: Audited[] = []
  for await (const one of auditAll(model, chosen, settings)) {
    audited.push(one)
    if (one.pair.verdict === 'backdoored' && !settings.exhaustive) break
  }
  const worst = audited.reduce((a, b) => (suspicion(b) > suspicion(a) ? b : a))
  const disagreement = await disagreements(model, chosen, worst, settings)
  return {
    ...summary(model, worst, audited),
    disagreement,
    images: chosen.count,
    seconds: (performance.now() - begin) / 1000,
  }
}

interface Audited {
  quantizer: string
  pair: PairAudit
  fingerprints: Fingerprints
  seconds: number
}

async function* auditAll(model: Model, images: Dataset, settings: AuditSettings): AsyncGenerator<Audited> {
  const ways = settings.quantized ? [settings.quantized] : settings.quantizers
  for (const way of ways) {
    const begin = performance.now()
    const quantizer = typeof way === 'string' ? way : way.name
    const named = withName(settings, quantizer)
    const quantized = typeof way === 'string' ? await rounded(model, images, named, way) : way
    const pair = await auditPair(model, quantized, images, named)
    const fingerprints = fingerprintsOf(pair.findings.layers)
    yield {
      quantizer,
      pair: { ...pair, verdict: withFingerprints(pair.verdict, fingerprints) },
      fingerprints,
      seconds: (performance.now() - begin) / 1000,
    }
  }
}

/** Progress that says which preset is in work. */
const withName = (settings: AuditSettings, name: string): AuditSettings => ({
  ...settings,
  onProgress: settings.onProgress && (progress => settings.onProgress?.({ ...progress, name })),
})

const rounded = (
  model: Model,
  images: Dataset,
  { activationBits, calibration, seed, device, threads, signal, onProgress, weightBits }: AuditSettings,
  quantizer: AuditSettings['quantizers'][number],
  bits: number = weightBits,
): Promise<QuantizedModel> =>
  quantize(model, images, {
    ...{ activationBits, calibration, seed, device, threads, signal, onProgress, quantizer },
    weightBits: bits,
  })

const RANK = { clean: 0, suspicious: 1, backdoored: 2 } as const
/** Verdict first, then score. */
const suspicion = ({ pair }: Audited): number => 1000 * RANK[pair.verdict] + Math.min(pair.score, 999)

async function disagreements(
  model: Model,
  images: Dataset,
  worst: Audited,
  settings: AuditSettings,
): Promise<Disagreement[]> {
  const changed = ({ agreed, images: all }: { agreed: number; images: number }) => 100 * (1 - agreed / all)
  const { quantizer } = worst
  if (settings.quantized) return [{ quantizer, bits: null, changed: changed(worst.pair.findings) }]
  const found: Disagreement[] = []
  for (const bits of settings.disagreementBits) {
    const preset = quantizer as AuditSettings['quantizers'][number]
    const quantized = await rounded(model, images, settings, preset, bits)
    const { steps: _, ...without } = settings
    found.push({ quantizer, bits, changed: changed(await findingsOf(model, quantized, images, without)) })
  }
  return found
}

function summary(model: Model, worst: Audited, audited: Audited[]) {
  const { verdict, class: index, score, classes, best, findings } = worst.pair
  return {
    verdict,
    class: index,
    className: index === null ? null : (classes[index]?.name ?? null),
    score,
    ...FALSE_ALARMS,
    evidence: evidenceOf(worst.quantizer, worst.pair, worst.fingerprints),
    presets: audited.map(presetAudit),
    classes,
    trigger: index === null || !best ? null : invertedTrigger(index, model.inputShape, best),
    fingerprints: worst.fingerprints,
    layers: findings.layers.map(layerAudit),
  }
}

function presetAudit({ quantizer, pair, fingerprints, seconds }: Audited): PresetAudit {
  const { verdict, class: index, score, classes, findings, searches } = pair
  const top = index === null ? undefined : classes[index]
  return {
    quantizer,
    verdict,
    class: index,
    score,
    gap: top?.gap ?? null,
    maskArea: top?.maskArea ?? null,
    judged: classes.length > 0,
    agreement: (100 * findings.agreed) / findings.images,
    searches,
    steps: findings.steps,
    borderPile: fingerprints.borderPile,
    seconds,
  }
}

function checkSameClasses(model: Model, quantized: QuantizedModel): void {
  if (quantized.outputs === model.outputs && quantized.inputShape.join() === model.inputShape.join()) return
  throw new ShellacError('ERR_BAD_MODEL', {
    thing: quantized.name,
    found: `${quantized.outputs} classes of images [${quantized.inputShape.join(', ')}]`,
    expected: `${model.outputs} classes of images [${model.inputShape.join(', ')}], those of ${model.name}`,
    remedy: 'pass the quantized model that was made from it',
  })
}
