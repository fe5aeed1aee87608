// What can be fuzzed. A target has
//   seeds(folder): good inputs, made anew in each process
//   make(seeds, random): an input; depends on nothing else
//   run(input, folder): gives nothing, or what is wrong with the result; throws what the reader throws
//   keep(input, path): puts it where somebody can look at it
//   codes: of the errors that are right; where there are none, all but ERR_INTERNAL
//   refuses(error): whether an error of another kind is right too
import { randomOf } from './random.mjs'

const model = name => async () => (await import('./targets/models.mjs')).models[name]

/** Each is loaded when it is wanted: together they need all of Shellac. */
const TARGETS = {
  safetensors: model('safetensors'),
  torchscript: model('torchscript'),
  onnx: model('onnx'),
  'state-dict': model('state-dict'),
  graph: async () => (await import('./targets/graph.mjs')).graph,
  'image-folder': async () => (await import('./targets/images.mjs')).images,
  cifar10: async () => (await import('./targets/cifar10.mjs')).cifar10,
  'tiny-imagenet': async () => (await import('./targets/tiny-imagenet.mjs')).tinyImagenet,
  texts: async () => (await import('./targets/texts.mjs')).texts,
  options: async () => (await import('./targets/options.mjs')).options,
  cli: async () => (await import('./targets/cli.mjs')).cli,
  report: async () => (await import('./targets/report.mjs')).report,
  faulty: async () => (await import('./targets/faulty.mjs')).faulty,
}

export const targetOf = name => TARGETS[name]()

/** All but the one that is there to fail. */
export const ALL = Object.keys(TARGETS).filter(name => name !== 'faulty')

export const isTarget = name => Object.hasOwn(TARGETS, name)

export const inputOf = (target, seeds, seed, index) => target.make(seeds, randomOf(seed * 1_000_003 + index))
