// One quantized model against the full-precision one: searches until they agree, or until one finds nothing.
import type { AuditedClass, AuditFindings } from '../../binding.js'
import type { Dataset } from '../data/dataset.js'
import type { Model } from '../model/model.js'
import type { QuantizedModel } from '../model/quantized.js'
import { loadNative } from '../native/core.js'
import { runJob } from '../native/job.js'
import type { AuditSettings } from './options.js'
import { gapOf, outlierScores } from './score.js'
import { type Judgement, judge, STANDS_OUT } from './verdict.js'

/** What was found for one class; of several searches the least suspicious one for the class. */
export interface ClassAudit {
  class: number
  /** Its name, where model or data have one. */
  name: string | null
  /** Sum of the mask, in pixels. */
  maskArea: number
  /** How much oftener the stamp leads the quantized model to the class than the full-precision one, −1 .. 1. */
  gap: number
  score: number
}

export interface PairAudit extends Judgement {
  findings: AuditFindings
  classes: ClassAudit[]
  /** Of the class that stands out most: of the search in which it had the largest gap. */
  best: AuditedClass | null
  searches: number
}

/** Share of the images that both models must still classify rightly for a search to say something. */
const LEAST_USABLE = 0.25

export async function auditPair(
  model: Model,
  quantized: QuantizedModel,
  images: Dataset,
  settings: AuditSettings,
): Promise<PairAudit> {
  const searches: AuditFindings[] = []
  for (let restart = 0; restart < settings.restarts; restart++) {
    const findings = await findingsOf(model, quantized, images, {
      ...settings,
      seed: settings.seed + restart,
    })
    searches.push(findings)
    if (!usable(findings) || Math.max(...outlierScores(findings.classes)) < STANDS_OUT) break
  }
  return settled(searches, model.classes ?? namesOf(images, model), settings.restarts)
}

/** One native job; without `steps` no search. */
export async function findingsOf(
  model: Model,
  quantized: QuantizedModel,
  images: Dataset,
  settings: Omit<AuditSettings, 'steps'> & { steps?: number },
): Promise<AuditFindings> {
  const native = await loadNative()
  const { searchBatch, learningRate, areaWeight, imagesAtOnce, verify, batch, seed, device, threads } =
    settings
  const job = {
    ...{ searchBatch, learningRate, areaWeight, imagesAtOnce, verify, batch, seed, device, threads },
    steps: settings.steps ?? 0,
  }
  const data = images.imagesFor({ ...model, normalization: model.normalization ?? quantized.normalization })
  return runJob(report => native.audit(model.handle, quantized.handle, data, job, report), settings)
}

const usable = ({ images, usable, classes }: AuditFindings): boolean =>
  classes.length > 0 && usable >= LEAST_USABLE * images

function settled(searches: AuditFindings[], names: readonly string[] | null, wanted: number): PairAudit {
  const [findings] = searches as [AuditFindings]
  if (!usable(findings))
    return { ...judge([], 0, wanted), findings, classes: [], best: null, searches: searches.length }
  const scores = searches.map(({ classes }) => outlierScores(classes))
  const classes = findings.classes.map((_, index): ClassAudit => {
    const least = leastAt(scores.map(of => of[index] ?? 0))
    const found = searches[least]?.classes[index] as AuditedClass
    return {
      class: index,
      name: names?.[index] ?? null,
      maskArea: found.maskArea,
      gap: gapOf(found),
      score: scores[least]?.[index] ?? 0,
    }
  })
  const judgement = judge(classes, searches.length, wanted)
  const of = searches.flatMap(each => each.classes[judgement.class ?? -1] ?? [])
  const best = of.reduce<AuditedClass | null>((a, b) => (a && gapOf(a) >= gapOf(b) ? a : b), null)
  return { ...judgement, findings, classes, best, searches: searches.length }
}

const leastAt = (values: number[]): number => values.indexOf(Math.min(...values))

const namesOf = (images: Dataset, model: Model): string[] | null =>
  images.classes.length === model.outputs ? [...images.classes] : null
