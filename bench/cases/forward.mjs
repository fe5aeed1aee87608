// Forward passes of frozen models against PyTorch eager (bench/python/forward.py), on images of CIFAR's size.
import { fileURLToPath } from 'node:url'
import { createModel } from '../../dist/index.js'
import { random } from '../../dist/random.js'

const SCRIPT = fileURLToPath(new URL('../python/forward.py', import.meta.url))
const NETS = ['resnet18', 'vgg19Bn', 'mobilenetV2']
const REPEATS = { 1: 20, 32: 3, 256: 1 }

export default async function forward({ python, pairs, threads, quick, log }) {
  const baseline = python.open(SCRIPT, { threads })
  const rows = []
  for (const net of NETS) {
    const model = await createModel(net, {})
    for (const batch of quick ? [1, 32] : [1, 32, 256]) {
      const name = `forward ${net} batch ${batch}`
      if (!baseline) {
        rows.push({ case: name, skipped: python.why })
        continue
      }
      const repeats = REPEATS[batch]
      const theirs = async () => {
        const { seconds } = await baseline.ask({ model: net, batch, threads, repeats })
        return Math.min(...seconds)
      }
      const result = await pairs({
        ours: ourPass(model, batch, threads, repeats),
        baseline: theirs,
        rounds: quick ? 2 : 7,
      })
      log(`  ${name}: ${result.ratio}`)
      rows.push({ case: name, value: result.ratio, unit: 'of PyTorch eager', target: 0.8, ...result, batch })
    }
  }
  await baseline?.close()
  return rows
}

/** Seconds of the fastest of so many passes: all of a call of forward(), from JavaScript and back. */
function ourPass(model, batch, threads, repeats) {
  const source = random(0)
  const images = Float32Array.from({ length: batch * 3072 }, () => source.normal())
  return async () => {
    let best = Number.POSITIVE_INFINITY
    for (let pass = 0; pass < repeats; pass++) {
      const begin = performance.now()
      await model.forward(images, [batch, 3, 32, 32], { threads })
      best = Math.min(best, performance.now() - begin)
    }
    return best / 1000
  }
}
