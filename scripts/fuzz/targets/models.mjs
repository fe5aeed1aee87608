// Model files: good ones of each format, how they are loaded, and what knows their structure.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createModel, loadModel, quantize } from '../../../dist/index.js'
import { root } from '../../setup/root.mjs'
import { mutateArchive } from '../archive.mjs'
import { mutateBytes } from '../bytes.mjs'
import { mutateOnnx } from '../onnx.mjs'
import { mutateSafetensors } from '../safetensors.mjs'
import { calibration } from './calibration.mjs'
import { checkRuns } from './runs.mjs'

const fixture = (path, options = {}) => ({
  bytes: readFileSync(join(root, 'test', 'fixtures', path)),
  options,
})

/** Writes safetensors of each kind into the folder, to mutate. */
async function safetensorsIn(folder) {
  const model = await createModel('resnet18', { width: 1, channels: 1, inputSize: 28, seed: 1 })
  const bits = { weightBits: 4, activationBits: 8, calibration: 8, threads: 1 }
  const made = []
  const keep = async (name, model, settings, options = {}) => {
    const path = join(folder, `${name}.safetensors`)
    await model.save(path, settings)
    made.push({ bytes: readFileSync(path), options })
  }
  await keep('float', model)
  await keep('quantized', await quantize(model, calibration, bits))
  const architecture = { name: 'resnet18', width: 1, channels: 1, inputSize: 28 }
  await keep('state-dict', model, { format: 'state-dict' }, { architecture })
  return made
}

const small = { architecture: { name: 'resnet18', width: 1, classes: 3, inputSize: 8 } }

const FORMATS = {
  safetensors: { ending: 'safetensors', seeds: safetensorsIn, mutate: mutateSafetensors },
  torchscript: {
    ending: 'pt',
    seeds: async () => [
      fixture('graph/corners.traced.pt', { inputShape: [4, 13, 16] }),
      fixture('graph/corners.scripted.pt', { inputShape: [4, 13, 16] }),
      fixture('graph/mobilenet-v2.scripted.pt', { inputShape: [3, 32, 32] }),
      fixture('onnx/gates.traced.pt', { inputShape: [3, 16, 16] }),
      fixture('onnx/vit-timm.traced.pt', { inputShape: [3, 16, 16] }),
    ],
    mutate: mutateArchive,
  },
  onnx: {
    ending: 'onnx',
    seeds: async () =>
      [
        'corners.old',
        'gates.old',
        'gates.new',
        'vit-torchvision-1.old',
        'vit-timm.new',
        'nhwc',
        'qoperator-gates',
        'ort-s4',
      ].map(name => fixture(`onnx/${name}.onnx`)),
    mutate: mutateOnnx,
  },
  'state-dict': {
    ending: 'pth',
    seeds: async () =>
      ['plain', 'protocol4', 'checkpoint'].map(name => fixture(`state-dict/${name}.pth`, small)),
    mutate: mutateArchive,
  },
}

/** One in six mutations knows nothing of the structure. */
function mutated(mutate, seeds, random) {
  const { bytes, options } = random.pick(seeds)
  const change = random.below(6) ? mutate : mutateBytes
  try {
    return { bytes: change(bytes, random), options }
  } catch {
    return { bytes: mutateBytes(bytes, random), options } // a number that the format cannot even write
  }
}

async function load({ bytes, options }, path) {
  writeFileSync(path, bytes)
  return checkRuns(await loadModel(path, options))
}

export const models = Object.fromEntries(
  Object.entries(FORMATS).map(([name, { ending, seeds, mutate }]) => [
    name,
    {
      codes: ['ERR_BAD_MODEL', 'ERR_UNSUPPORTED_OP', 'ERR_BAD_OPTION', 'ERR_OUT_OF_MEMORY'],
      seeds,
      make: (good, random) => mutated(mutate, good, random),
      run: (input, folder) => load(input, join(folder, `mutated.${ending}`)),
      keep: ({ bytes }, path) => writeFileSync(`${path}.${ending}`, bytes),
    },
  ]),
)
