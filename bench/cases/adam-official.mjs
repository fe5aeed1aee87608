// An iteration of the official LAC loop against the same loop in PyTorch eager (bench/python/official_lac.py), summed over
// the units of a ResNet-18, 4-bit weights and values, batches of 32.
import { fileURLToPath } from 'node:url'
import { purify } from '../../dist/index.js'
import { images } from '../lib/images.mjs'
import { settledModel } from '../lib/subject.mjs'

const SCRIPT = fileURLToPath(new URL('../python/official_lac.py', import.meta.url))
const FEW = 2
const BATCHES = 2

export default async function adamOfficial({ python, pairs, threads, quick, cifar10, log }) {
  const rows = []
  for (const width of quick ? [16] : [64, 16]) {
    const name = `adam-official, an iteration of every unit, width ${width}`
    const baseline = python.open(SCRIPT, { threads })
    if (!baseline) return [{ case: name, skipped: python.why }]
    const dataset = await images(256, cifar10)
    const model = await settledModel('resnet18', { width }, dataset, threads)
    const iterations = quick ? 10 : 20
    const settings = { solver: 'adam-official', pda: false, columns: 16, calibration: 32 * BATCHES, threads }
    const unitSeconds = async iterations =>
      (await purify(model, dataset, { ...settings, iterations })).report.units.map(unit => unit.seconds)
    // What a unit takes besides its iterations is in both runs, and so not in their difference.
    const ours = async () => {
      const few = await unitSeconds(FEW)
      const many = await unitSeconds(FEW + iterations)
      return many.reduce((sum, seconds, unit) => sum + (seconds - few[unit]) / iterations, 0)
    }
    const theirs = async () => {
      const { units } = await baseline.ask({ width, threads, iterations })
      return units.reduce((sum, unit) => sum + unit.secondsPerIteration, 0)
    }
    const result = await pairs({ ours, baseline: theirs, rounds: quick ? 2 : 3 })
    await baseline.close()
    log(`  ${name}: ${result.ratio}`)
    rows.push({ case: name, value: result.ratio, unit: 'of PyTorch eager', target: 0.8, ...result })
  }
  return rows
}
