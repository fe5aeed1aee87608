// Two sides measured in turn, so that whatever else the machine does meets both alike.

/**
 * Runs both sides in alternation; which goes first changes from round to round. Each is an async function that gives
 * its own seconds, or is timed where it gives no number. `warmUp` rounds come first and are not counted.
 *
 * @param {{ ours: Side, baseline: Side, rounds?: number, warmUp?: number }} sides
 * @typedef {() => Promise<number | unknown>} Side
 * @returns {Promise<{ ours: number, baseline: number, ratio: number, spread: string }>}
 *   ours, baseline: medians, in seconds; ratio: the median of the rounds' ratios ours / baseline; spread: their least
 *   and greatest
 */
export async function pairs({ ours, baseline, rounds = 5, warmUp = 1 }) {
  const times = []
  for (let round = -warmUp; round < rounds; round++) {
    const pair = {}
    const turns = [['ours', ours], ['baseline', baseline]] // biome-ignore format: a table
    for (const [name, side] of round % 2 === 0 ? turns : turns.reverse()) pair[name] = await seconds(side)
    if (round >= 0) times.push(pair)
  }
  const ratios = times.map(pair => pair.ours / pair.baseline)
  return {
    ours: figure(median(times.map(pair => pair.ours))),
    baseline: figure(median(times.map(pair => pair.baseline))),
    ratio: figure(median(ratios)),
    spread: spread(ratios),
  }
}

/** Seconds that the work took, or those that it gives. */
export async function seconds(work) {
  const begin = performance.now()
  const own = await work()
  return typeof own === 'number' ? own : (performance.now() - begin) / 1000
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** "0.71 to 0.78": the least and the greatest. */
export function spread(values) {
  return `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`
}

/** Three significant digits: more would be noise. */
export function figure(value) {
  return Number(value.toPrecision(3))
}
