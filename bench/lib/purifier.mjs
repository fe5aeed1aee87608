// A process that loads a model and images, purifies, and tells of its memory: `node bench/lib/purifier.mjs`.
//   { do: 'load', path, count, cifar10 } -> { name, peak }
//   { do: 'purify', ...options of purify() } -> { seconds, peak }       { do: 'forward', threads } -> { seconds, peak }
// peak: the most memory that the process ever held (VmHWM), in bytes.
import { readFileSync } from 'node:fs'
import { loadModel, purify } from '../../dist/index.js'
import { floats } from './floats.mjs'
import { images } from './images.mjs'
import { seconds } from './pairs.mjs'
import { serve } from './servant.mjs'

let model
let dataset

const answers = {
  async load({ path, count, cifar10 }) {
    model = await loadModel(path)
    dataset = await images(count, cifar10)
    return { name: dataset.name, peak: peak() }
  },
  async purify(options) {
    return { seconds: await seconds(() => purify(model, dataset, options)), peak: peak() }
  },
  async forward({ threads }) {
    const { data, shape } = floats(dataset, model)
    return {
      seconds: await seconds(() => model.forward(data, shape, { threads })),
      peak: peak(),
    }
  },
}

const peak = () => 1024 * Number(readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)[1])

await serve(({ do: what, ...rest }) => answers[what](rest))
