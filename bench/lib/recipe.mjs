// How long the official recipe would take in PyTorch: few iterations and steps of every unit, timed, scaled to all of
// them. 10,000 iterations of LAC a unit, 500 steps of PDA for each of 32 batches of 32 images and each unit with a BN.
const ITERATIONS = 10_000
const [STEPS, BATCHES] = [500, 32]

/** Seconds by each round, and how they come about; undefined where there is no PyTorch. */
export async function recipeSeconds({ python, width, threads, quick }) {
  const [lac, pda] = ['lac', 'pda'].map(name => python.open(`bench/python/official_${name}.py`, { threads }))
  if (lac === undefined) return undefined
  const few = quick ? { iterations: 2, steps: 1 } : { iterations: 10, steps: 3 }
  const times = []
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const parts = [await lac.ask({ width, threads, ...few }), await pda.ask({ width, threads, ...few })]
    times.push(parts.reduce((sum, { recipeSeconds }) => sum + recipeSeconds, 0))
  }
  await Promise.all([lac.close(), pda.close()])
  const scaled = `${ITERATIONS} iterations a unit and ${STEPS} · ${BATCHES} steps a unit with BN`
  return { times, words: `scaled to ${scaled} from ${few.iterations} and ${few.steps}` }
}
