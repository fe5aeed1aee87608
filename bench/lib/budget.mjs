// What purification may take in memory, by design: the model, and one unit's columns at both sides with its sums.
import { purifyOptions } from '../../dist/purify.js'

const FLOAT = 4
const SUM = 8

/** Bytes, and how they come about. k: inputs of one output element of the widest unit. */
export async function columnBudget(model) {
  const { columns } = (await purifyOptions()).parse({})
  const { units, parameters } = model.inspect()
  const k = Math.max(...units.map(({ weightShape: [, ...inputs] }) => inputs.reduce((a, b) => a * b, 1)))
  const bytes = parameters * FLOAT + columns * k * FLOAT * 2 + k * k * SUM
  const words = `the budget is ${parameters} · 4 + ${columns} · ${k} · 4 · 2 + ${k}² · 8 bytes`
  return { bytes, words }
}
