// Training networks of tokens, and running them fused.
import t from 'tap'
import { createModel, datasets, type Progress } from '../../lib/index.js'
import { train } from '../../lib/lab/index.js'
import { judge, noise } from '../graph/program.js'
import { native } from '../graph/recorded.js'

const tiny = {
  vit: { width: 8, heads: 2, depth: 2, patch: 7, channels: 1, inputSize: 28, seed: 3 },
  efficientvit: { width: 2, channels: 1, inputSize: 28, seed: 3 },
}
const names = Object.keys(tiny) as (keyof typeof tiny)[]

for (const name of names) {
  t.test(`${name}: a step of training lowers the loss, and moves every parameter`, async t => {
    const model = await createModel(name, tiny[name])
    const images = await datasets.mnist({ split: 'train', limit: 32, seed: 1 })
    const losses: number[] = []
    const options = { epochs: 3, batch: 32, learningRate: 3e-3, schedule: 'constant', threads: 1 } as const
    const onProgress = ({ loss }: Progress) => void losses.push(loss ?? Number.NaN)
    const trained = await train(model, images, { ...options, onProgress })
    t.ok(losses.at(-1)! < losses[0]!, `${losses}`)
    const [before, after] = [(await model.content()).spec.tensors, (await trained.content()).spec.tensors]
    const same = Object.keys(before).filter(key =>
      Buffer.from(before[key]!.data).equals(after[key]?.data ?? new Uint8Array()),
    )
    t.same(same, [])
  })

  t.test(`${name}: the fused program gives what node by node gives`, async t => {
    const { spec } = await (await createModel(name, tiny[name])).content()
    const model = await native.createModel(spec).promise
    const { nodes, output } = spec.graph
    const read = nodes.filter(({ op }) => op === 'linear' || op === 'conv2d').map(node => node.inputs[0]!)
    for (const moved of [[], [...new Set(read)]]) {
      const judged = await judge(model, { '': noise([3, 1, 28, 28]) }, [output], { moved })
      t.ok(judged.error < 1e-4, `relative error ${judged.error}`)
      t.ok(judged.sound, 'inputs untouched, the same bits again')
    }
  })
}
