import sharp from 'sharp'
import t from 'tap'
import { curvePicture } from '../../lib/report/curves.js'
import { heatMapPicture } from '../../lib/report/heat-maps.js'
import { histogramPicture } from '../../lib/report/histograms.js'
import { scatterPicture } from '../../lib/report/scatter.js'
import { axes, text, ticks } from '../../lib/report/svg.js'

/** What a reader would see: sharp draws it. */
async function drawn(svg: string) {
  const { data, info } = await sharp(Buffer.from(svg)).flatten({ background: '#fff' }).raw().toBuffer({
    resolveWithObject: true,
  })
  return (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)]
}

t.test('ticks are round and inside', async t => {
  t.strictSame(ticks(0, 10), [0, 2, 4, 6, 8, 10])
  t.strictSame(ticks(-1.3, 2.9), [-1, 0, 1, 2])
  t.strictSame(ticks(0.0011, 0.0049), [0.002, 0.003, 0.004])
  t.strictSame(ticks(3, 3), [3])
})

t.test('axes place numbers, also on a logarithmic one; text is escaped', async t => {
  const frame = { left: 10, top: 20, width: 100, height: 50 }
  const on = axes(frame, { low: 1, high: 100, logarithmic: true, name: 'x' }, { low: 0, high: 4, name: 'y' })
  t.strictSame([on.x(1), on.x(10), on.x(100)], [10, 60, 110])
  t.strictSame([on.y(0), on.y(1), on.y(4)], [70, 57.5, 20])
  t.match(text(0, 0, 'a<b & "c"'), 'a&lt;b &amp; &quot;c&quot;')
})

t.test('histograms: as high as their shares, over their bins', async t => {
  const panel = {
    title: 'one',
    note: '',
    x: 'x',
    bins: { low: 0, high: 4, count: 2 },
    series: [{ name: 'a', counts: [1, 3] }],
  }
  const picture = histogramPicture([[panel]])
  // 25 and 75 of 78.75 percent, 136 pixels high from 206; two bins of 160 pixels from 46.
  t.match(picture, 'class="line c0" d="M46 206H46V162.8H206H206V76.5H366V206"')
  t.match(histogramPicture([[panel, { ...panel, series: [{ name: 'b', counts: [1, 1] }] }]]), />b</)
})

t.test('scatter: dots and frames where the points are', async t => {
  const picture = scatterPicture(
    [
      {
        title: 'p',
        points: [
          { x: 0, y: 0, group: 0, marked: false },
          { x: 1, y: 2, group: 1, marked: true },
        ],
      },
    ],
    { groups: ['cat', 'dog'], marked: 'odd' },
  )
  t.match(picture, '<circle cx="12" cy="312"', 'low left')
  t.match(picture, 'd="M284.5 32.5h7v7h-7z"', 'high right')
  t.match(picture, /cat.*dog.*odd/s)
})

t.test('heat maps: the image, and heat over it', async t => {
  const at = await drawn(
    await heatMapPicture({
      shape: [1, 2, 2],
      columns: ['model'],
      rows: [{ title: 'cat', pixels: [0, 255, 0, 255], maps: [{ title: 'dog', values: [0, 0, 255, 255] }] }],
    }),
  )
  const [left, right, top, bottom] = [14 + 28, 14 + 84, 26 + 28, 26 + 84]
  t.strictSame(
    [at(left, top), at(right, bottom)],
    [
      [0, 0, 0],
      [255, 255, 255],
    ],
  )
  const [cold, hot] = [at(126 + left, top), at(126 + left, bottom)] as [number[], number[]]
  t.ok(cold[2]! > cold[0]! && hot[0]! > hot[2]!, `cold ${cold}, hot ${hot}`)
})

t.test('curves: a point at each number', async t => {
  const panel = {
    title: 'ASR',
    x: 'steps',
    y: '%',
    lines: [
      {
        name: 'benign',
        points: [
          [100, 100],
          [10_000, 0],
        ] as [number, number][],
      },
    ],
  }
  t.match(curvePicture([panel]), 'd="M46 42L376 226"')
})
