import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { applySplit, benignSplit, drawBenign, loadSplit, saveSplit } from '../../lib/data/benign-split.js'
import { Dataset } from '../../lib/data/dataset.js'

/** `sizes[label]` images of each class; the only pixel of image i is i. */
function made(sizes: number[]): Dataset {
  const labels = Int32Array.from(sizes.flatMap((size, label) => Array(size).fill(label)))
  return new Dataset({
    name: 'made',
    pixels: Uint8Array.from(labels, (_, index) => index % 256),
    shape: [labels.length, 1, 1, 1],
    labels,
    classes: sizes.map(String),
    normalization: { mean: [0], deviation: [1] },
  })
}

t.test('benignSplit: the share of each class, by hand', async t => {
  const data = made([100, 50, 30, 20])
  const counts = (indices: number[]) => {
    const result = [0, 0, 0, 0]
    for (const index of indices) result[data.labels?.[index] as number]!++
    return result
  }
  const { indices } = await drawBenign(data, { share: 0.05 })
  // 5, 2.5, 1.5, 1 of 10 in all: one more of the first that loses most.
  t.strictSame(counts(indices), [5, 3, 1, 1])
  t.equal(new Set(indices).size, 10, 'no image twice')
  t.strictSame(counts((await drawBenign(data, { share: 1 })).indices), [100, 50, 30, 20])
  const loose = await drawBenign(data, { share: 0.05, stratified: false })
  t.equal(loose.indices.length, 10)
})

t.test('benignSplit: the same seed, the same images; another seed, others', async t => {
  const data = made([60, 60])
  const one = await drawBenign(data, { share: 0.1, seed: 3 })
  t.strictSame(await drawBenign(data, { share: 0.1, seed: 3 }), one)
  t.notSame((await drawBenign(data, { share: 0.1, seed: 4 })).indices, one.indices)
  t.strictSame(
    one.indices,
    [...one.indices].sort((a, b) => a - b),
  )
  const images = await benignSplit(data, { share: 0.1, seed: 3 })
  t.strictSame([...images.pixels], one.indices, 'the images are those of the indices')
})

t.test('benignSplit: kept as JSON and read again', async t => {
  const data = made([60, 60])
  const split = await drawBenign(data, { share: 0.2, seed: 1 })
  const path = join(t.testdir({}), 'split.json')
  await saveSplit(path, split)
  t.strictSame(await loadSplit(path), split)
  t.equal(applySplit(data, await loadSplit(path)).count, 24)
  t.throws(() => applySplit(made([60, 61]), split), { code: 'ERR_BAD_DATA', message: /120 images.*121/ })
  for (const text of ['{', '{"indices":[]}', 'null']) {
    await writeFile(path, text)
    await t.rejects(loadSplit(path), { code: 'ERR_BAD_DATA', message: /split.json/ })
  }
})

t.test('benignSplit: refuses what leaves nothing', async t => {
  const data = made([4, 4])
  await t.rejects(benignSplit(data, { share: 0.05 }), { code: 'ERR_BAD_OPTION', message: /no image/ })
  await t.rejects(benignSplit(data, { share: 0 }), { code: 'ERR_BAD_OPTION' })
  const bare = new Dataset({ ...data, name: 'bare', labels: null })
  await t.rejects(benignSplit(bare, { share: 0.5 }), { code: 'ERR_BAD_DATA', message: /stratified: false/ })
  t.equal((await benignSplit(bare, { share: 0.5, stratified: false })).count, 4)
})
