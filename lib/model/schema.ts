// The JSON in a Shellac file's metadata, as schemas. A file is hostile until these have judged it; the native side then
// judges the graph itself (ops, shapes, finite tensors).
import { lazySchema, type Z } from '../options.js'
import type { Provenance } from './facts.js'

const MAX_NODES = 20_000
const name = (z: Z) => z.string().min(1).max(512)
const count = (z: Z) =>
  z
    .int()
    .min(0)
    .max(2 ** 31 - 1)

export const graphSchema = lazySchema(z => {
  const attribute = z.union([
    z.boolean(),
    z.number(),
    z.string().max(512),
    z
      .array(
        z
          .int()
          .min(-(2 ** 31))
          .max(2 ** 31),
      )
      .max(16),
  ])
  const node = z.strictObject({
    name: name(z),
    op: name(z),
    inputs: z.array(name(z)).max(64),
    attributes: z.record(name(z), attribute),
    parameters: z.record(name(z), name(z)),
  })
  return z.strictObject({
    inputShape: z.array(count(z).min(1).max(65_536)).length(3),
    nodes: z.array(node).min(1).max(MAX_NODES),
    output: name(z),
  })
})

export const quantizationSchema = lazySchema(z => {
  const bits = z.int().min(2).max(8)
  const quantizer = z.strictObject({ bits, symmetric: z.boolean(), perChannel: z.boolean() })
  return z.strictObject({
    preset: name(z),
    weightBits: bits,
    activationBits: bits.nullable(),
    weights: z.record(name(z), quantizer),
    activations: z.record(name(z), quantizer),
  })
})

export const normalizationSchema = lazySchema(z =>
  z.strictObject({
    mean: z.array(z.number()).min(1).max(65_536),
    deviation: z.array(z.number().positive()).min(1).max(65_536),
  }),
)

export const classesSchema = lazySchema(z => z.array(z.string().max(512)).min(1).max(1_000_000))

export const provenanceSchema = lazySchema(z => {
  const step: import('zod').ZodType<Provenance> = z.strictObject({
    shellac: z.string().max(64),
    made: z.string().max(512),
    settings: z.record(name(z), z.unknown()),
    from: z.lazy(() => step).nullable(),
  })
  return step
})
