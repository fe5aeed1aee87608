// A model as it enters C++: past the schemas that guard it, so that what C++ checks is looked at alone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromNative } from '../../../dist/errors.js'
import { createModel, quantize } from '../../../dist/index.js'
import { Model } from '../../../dist/model/model.js'
import { loadNative } from '../../../dist/native/core.js'
import { mutateTree } from '../tree.mjs'
import { calibration } from './calibration.mjs'
import { checkRuns } from './runs.mjs'

const FACTS = { name: 'fuzzed', normalization: null, classes: null, provenance: null }
const SMALL = {
  resnet18: { width: 1, channels: 1, inputSize: 28 },
  mobilenetV2: { classes: 2, inputSize: 8 },
  vit: { inputSize: 8, patch: 4, depth: 1, width: 6, heads: 2, classes: 2 },
}

async function specs() {
  const native = await loadNative()
  const made = []
  for (const [name, settings] of Object.entries(SMALL)) {
    const model = await createModel(name, { ...settings, seed: 1 }).catch(() => null)
    if (model) made.push(model)
  }
  made.push(await quantize(made[0], calibration, { calibration: 8, threads: 1 }))
  return Promise.all(made.map(model => native.exportModel(model.handle).promise))
}

/** Tensors are kept as they are, and shared: only what is said of them changes. */
function changed({ graph, tensors, quantization }, random) {
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))
  const quantizers = quantization && structured(quantization)
  const tree = structuredClone({ graph, shapes, quantizers })
  const attributes = tree.graph.nodes.map(node => node.attributes)
  const parts = [tree.graph.nodes, attributes, attributes, tree.shapes, tree.quantizers].filter(Boolean)
  mutateTree(random.pick(random.below(4) ? parts : [tree.graph]), random)
  return {
    graph: tree.graph,
    tensors: withShapes(tensors, tree.shapes),
    quantization: quantization && {
      ...tree.quantizers,
      weights: withCodes(quantization.weights, tree.quantizers.weights),
    },
  }
}

const structured = ({ weights, ...rest }) => ({
  ...rest,
  weights: Object.fromEntries(
    Object.entries(weights).map(([node, { quantizer, codes }]) => [node, { quantizer, shape: codes.shape }]),
  ),
})

const withShapes = (tensors, shapes) =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { ...tensors[name], shape: shape ?? [] }]),
  )

const withCodes = (weights, changes) =>
  changes &&
  Object.fromEntries(
    Object.entries(changes).map(([node, { quantizer, shape }]) => [
      node,
      { quantizer, codes: { ...weights[node]?.codes, shape } },
    ]),
  )

export const graph = {
  codes: ['ERR_BAD_MODEL', 'ERR_UNSUPPORTED_OP', 'ERR_BAD_DATA', 'ERR_OUT_OF_MEMORY'],
  // The schemas keep wrong types away; without them C++ refuses them by the argument's name.
  refuses: ({ code, complaint }) => code === 'ERR_INTERNAL' && complaint?.found === 'a value of another type',
  seeds: specs,
  make: (seeds, random) => changed(random.pick(seeds), random),
  async run(spec) {
    const native = await loadNative()
    try {
      const handle = await native.createModel(spec).promise
      return await checkRuns(new Model(native, handle, FACTS))
    } catch (error) {
      throw fromNative(error)
    }
  },
  keep: ({ graph, quantization }, path) =>
    writeFileSync(join(`${path}.json`), JSON.stringify({ graph, quantization })),
}
