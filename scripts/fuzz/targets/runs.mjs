/** A model that is no larger than the seeds is run too. */
const LARGEST = 1 << 20

/** What is wrong with a model that was taken, if something is. */
export async function checkRuns(model) {
  const { layers = [] } = model.inspect()
  const size = model.inputShape.reduce((product, axis) => product * axis, 1)
  if (size > LARGEST || layers.length > 10_000) return undefined
  const { data } = await model.forward(new Float32Array(size), [1, ...model.inputShape], { threads: 1 })
  return data.length === model.outputs ? undefined : 'another number of logits'
}
