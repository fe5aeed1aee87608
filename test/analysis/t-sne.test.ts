import t from 'tap'
import { tSne } from '../../lib/analysis/index.js'
import { native } from '../graph/recorded.js'
import { normal } from '../oracles/tensors.js'

const kernels = native.kernels as unknown as {
  tSneAffinities(
    points: number[],
    n: number,
    perplexity: number,
  ): { conditional: Float64Array; joint: Float64Array }
  tSneDivergence(joint: number[], places: number[]): { cost: number; gradient: Float64Array }
}

const N = 12
const D = 4
const points = normal(N * D, 3).map((value, at) => value * (at < 20 ? 1 : 30))
const squared = (x: number[], d: number, i: number, j: number) =>
  Array.from({ length: d }, (_, k) => (x[i * d + k]! - x[j * d + k]!) ** 2).reduce((sum, one) => sum + one, 0)

t.test('affinities: each row has the perplexity asked for, and is a Gaussian of the distances', async t => {
  const { conditional, joint } = kernels.tSneAffinities(points, N, 3)
  for (let i = 0; i < N; i++) {
    const row = [...conditional.subarray(i * N, (i + 1) * N)]
    const entropy = -row.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0)
    t.ok(Math.abs(Math.exp(entropy) - 3) < 1e-6, `row ${i}: ${Math.exp(entropy)}`)
    t.equal(row[i], 0)
    // ln p is linear in the squared distance: the same slope between any two points.
    const others = row.flatMap((p, j) =>
      j !== i && p > 1e-12 ? [[squared(points, D, i, j), Math.log(p)]] : [],
    )
    const [[d0, l0], [d1, l1], ...rest] = others as [number, number][] as [[number, number], [number, number]]
    for (const [d, l] of rest as [number, number][])
      t.ok(Math.abs(l - l0 - ((l1 - l0) / (d1 - d0)) * (d - d0)) < 1e-5)
  }
  t.ok(Math.abs(joint.reduce((sum, p) => sum + p, 0) - 1) < 1e-9)
  for (let i = 0; i < N; i++)
    for (let j = 0; j < i; j++) {
      const expected = (conditional[i * N + j]! + conditional[j * N + i]!) / (2 * N)
      t.ok(Math.abs(joint[i * N + j]! - expected) < 1e-12 && joint[i * N + j] === joint[j * N + i])
    }
})

/** KL(P ‖ Q) by two loops. */
function cost(P: ArrayLike<number>, y: number[]): number {
  const near = Array.from({ length: N * N }, (_, at) => {
    const [i, j] = [Math.floor(at / N), at % N]
    return i === j ? 0 : 1 / (1 + squared(y, 2, i, j))
  })
  const sum = near.reduce((all, one) => all + one, 0)
  return near.reduce((all, one, at) => (P[at]! > 0 ? all + P[at]! * Math.log((P[at]! * sum) / one) : all), 0)
}

t.test('divergence: the cost by two loops, the gradient by finite differences', async t => {
  const joint = [...kernels.tSneAffinities(points, N, 3).joint]
  const places = normal(2 * N, 9)
  const found = kernels.tSneDivergence(joint, places)
  t.ok(Math.abs(found.cost - cost(joint, places)) < 1e-10)
  const step = 1e-5
  for (let at = 0; at < 2 * N; at++) {
    const moved = (by: number) =>
      cost(
        joint,
        places.map((value, i) => (i === at ? value + by : value)),
      )
    const slope = (moved(step) - moved(-step)) / (2 * step)
    t.ok(Math.abs(found.gradient[at]! - slope) < 1e-7, `${found.gradient[at]} against ${slope}`)
  }
})

t.test('clusters stay together, the same seed gives the same picture', async t => {
  const [n, d] = [60, 5]
  const centres = [0, 12, -12]
  const cloud = Float32Array.from(normal(n * d, 4), (value, at) => value + centres[Math.floor(at / d) % 3]!)
  const options = { perplexity: 8, iterations: 1000, seed: 2, threads: 1 }
  const { places, divergence } = await tSne(cloud, [n, d], options)
  for (const [i, [x, y]] of places.entries()) {
    const nearest = places
      .map(([a, b], j) => ({ j, far: i === j ? Number.POSITIVE_INFINITY : (a - x) ** 2 + (b - y) ** 2 }))
      .sort((one, other) => one.far - other.far)
      .slice(0, 5)
    t.ok(
      nearest.every(({ j }) => j % 3 === i % 3),
      `point ${i} lies among its own`,
    )
  }
  t.ok(divergence > 0 && divergence < 1, `divergence ${divergence}`)
  t.strictSame(await tSne(cloud, [n, d], options), { places, divergence })
})

t.test('refuses what cannot be embedded', async t => {
  await t.rejects(tSne(new Float32Array(8), [4, 2]), { code: 'ERR_BAD_OPTION', message: /third of the 4/ })
  await t.rejects(tSne(new Float32Array(7), [4, 2], { perplexity: 1 }), { code: 'ERR_BAD_DATA' })
  await t.rejects(tSne(new Float32Array(8).fill(Number.NaN), [4, 2], { perplexity: 1 }), {
    code: 'ERR_BAD_DATA',
  })
})
