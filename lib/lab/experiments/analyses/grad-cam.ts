// Figure 4, left: where each model looks on triggered images.
import { gradCam } from '../../../analysis/grad-cam.js'
import type { Dataset } from '../../../data/dataset.js'
import { triggerOn } from '../../../data/triggers.js'
import { loadNative } from '../../../native/core.js'
import { runJob } from '../../../native/job.js'
import { lazySchema } from '../../../options.js'
import { heatMapPicture } from '../../../report/heat-maps.js'
import { defineAnalysis, modelsOf, type Subject, victims } from './analysis.js'
import { shrunk } from './shrunk.js'

const schema = lazySchema(z =>
  z.strictObject({
    images: z.int().min(1).max(24).default(6).describe('shown'),
    candidates: z.int().min(1).default(256).describe('test images that they are chosen from'),
  }),
)

const MOST = 64 // pixels a side that are kept

export interface GradCams {
  /** Of the images and maps here; larger ones are made smaller. */
  shape: [number, number, number]
  layer: string
  /** Names. */
  classes: string[]
  target: number
  images: { label: number; pixels: number[] }[]
  models: {
    name: string
    maps: { class: number; values: number[] }[]
    /** Mean share of the heat that lies on the trigger; null for a trigger all over the image. */
    onTrigger: number | null
    /** How many of the images the model gives to the target. */
    fooled: number
  }[]
}

export const gradCams = defineAnalysis({
  name: 'grad-cam',
  schema,
  run: async (subject, { images: count, candidates }): Promise<GradCams> => {
    const chosen = await choose(subject, count, candidates)
    const { trigger, target, job } = subject
    const mask = await triggerMask(subject)
    const models: GradCams['models'] = []
    const triggered = await withTrigger(subject, chosen)
    const [, channels, height, width] = chosen.shape
    const small = shrunk(triggered, [chosen.count, channels, height, width], MOST)
    let layer = ''
    for (const { name, model } of modelsOf(subject)) {
      const cams = await gradCam(model, chosen, { trigger, seed: subject.seed, ...job })
      layer = cams.layer
      const maps = shrunk(
        cams.maps.map(value => 255 * value),
        [chosen.count, 1, height, width],
        MOST,
      )
      models.push({
        name,
        maps: maps.planes.map(([values = []], at) => ({ class: cams.classes[at] ?? 0, values })),
        onTrigger: mask && shareOn(mask, cams.maps),
        fooled: cams.classes.filter(which => which === target).length,
      })
    }
    return {
      shape: [channels, small.height, small.width],
      layer,
      classes: [...subject.test.classes],
      target,
      images: small.planes.map((planes, at) => ({ label: chosen.labels?.[at] ?? 0, pixels: planes.flat() })),
      models,
    }
  },
  picture: ({ shape, classes, images, models }) =>
    heatMapPicture({
      shape,
      rows: images.map(({ label, pixels }, at) => ({
        title: `class ${classes[label]}`,
        pixels,
        maps: models.map(({ maps }) => ({
          title: `taken for ${classes[maps[at]?.class ?? 0]}`,
          values: maps[at]?.values ?? [],
        })),
      })),
      columns: models.map(({ name }) => name),
    }),
  table: ({ models, images }) => [
    ['model', 'given to the target', 'heat on the trigger'],
    ...models.map(({ name, fooled, onTrigger }) => [
      name,
      `${fooled} of ${images.length}`,
      onTrigger === null ? '–' : `${(100 * onTrigger).toFixed(1)} %`,
    ]),
  ],
})

/** Images that the trigger leads the rounded model astray with, as far as there are so many. */
async function choose(subject: Subject, count: number, candidates: number): Promise<Dataset> {
  const { rounded: model, trigger, target, seed, job } = subject
  const drawn = victims(subject).sample(candidates, seed)
  const { classes } = await gradCam(model, drawn, { trigger, seed, ...job })
  const order = [...classes.keys()].sort(
    (one, other) => Number(classes[other] === target) - Number(classes[one] === target),
  )
  return drawn.subset(order.slice(0, count))
}

async function withTrigger({ full, trigger }: Subject, images: Dataset): Promise<Uint8Array> {
  const native = await loadNative()
  const data = await triggerOn(trigger, full.inputShape)
  return runJob(() => native.applyTrigger(images.imagesFor(full), data))
}

/** Pixels that the trigger changes; null where these are most of the image, or depend on it. */
async function triggerMask({ full, trigger }: Subject): Promise<boolean[] | null> {
  const [channels, height, width] = full.inputShape
  const { scale, offset, places, network } = await triggerOn(trigger, full.inputShape)
  const plane = height * width
  const mask = Array.from({ length: plane }, (_, at) =>
    Array.from({ length: channels }, (_, channel) => channel * plane + at).some(
      index => scale[index] !== 1 || offset[index] !== 0,
    ),
  )
  return places || network || 2 * mask.filter(Boolean).length > plane ? null : mask
}

/** Mean over the maps that are not all 0. */
function shareOn(mask: boolean[], maps: Float32Array): number {
  const shares: number[] = []
  for (let from = 0; from < maps.length; from += mask.length) {
    const map = maps.subarray(from, from + mask.length)
    const heat = map.reduce((sum, value) => sum + value, 0)
    if (heat > 0) shares.push(map.reduce((sum, value, at) => sum + (mask[at] ? value : 0), 0) / heat)
  }
  return shares.length > 0 ? shares.reduce((sum, share) => sum + share, 0) / shares.length : 0
}
